"""Who may abort which deployment, and what is recorded of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall.abort import aborted
from landfall.abort.aborted import UNREADABLE, Aborted
from landfall.abort.may_abort import Decided, decided
from landfall.door.reply import Reply
from landfall.door.signed import Signed, read
from landfall.model import Outcome
from landfall.naming import deployment
from tests.support import builders as b

ARN = "arn:aws:sts::123456789012:assumed-role/OnCall/s1"
WHO = "arn:aws:iam::123456789012:role/OnCall"
RELEASE = b.release()
OPEN = {"service": RELEASE.service, "deployment_id": RELEASE.deployment_id, "execution_arn": RELEASE.execution_arn}
EARLIER = Aborted("arn:aws:iam::123456789012:user/first", "arn", "2026-01-02T03:04:05+00:00", "too slow")


def signed(**changes: Any) -> Signed:
    """Return a request to abort, as AWS names its caller."""
    body = {"service": RELEASE.service, "deployment": RELEASE.deployment_id, "reason": "wrong colour"}
    iam = {"iam": {"userArn": ARN}}
    found = read({"requestContext": {"http": {"method": "POST"}, "authorizer": iam}, "body": _json(body | changes)})
    assert isinstance(found, Signed), found
    return found


def _json(body: Any) -> str:
    return json.dumps(body)


def decide(record: dict[str, Any] | None = OPEN, aborters: tuple[str, ...] = ()) -> Decided:
    """Return what the caller is told."""
    return decided(signed(), record, aborters, b.NOW)


def test_whoever_aws_lets_through_may_abort() -> None:
    """Without a setting the policy decides, and the record names the caller as AWS does."""
    reply = decide()

    assert (reply.status, reply.message) == (200, f"aborted by {WHO}")
    assert reply.abort == Aborted(WHO, ARN, b.NOW.isoformat(), "wrong colour")


@pytest.mark.parametrize(
    ("aborters", "status"),
    [
        (("role/OnCall",), 200),
        (("user/x", "role/OnCall"), 200),
        ((WHO,), 200),
        (("arn:aws:iam::123456789012:role/path/OnCall",), 200),
        (("user/OnCall",), 403),
        (("role/oncall",), 403),
        (("arn:aws:iam::999999999999:role/OnCall",), 403),
    ],
)
def test_the_setting_says_who_else_may_not(aborters: tuple[str, ...], status: int) -> None:
    """A role is not a user of the same name, nor one of another account."""
    reply = decide(aborters=aborters)

    assert (reply.status, reply.abort is not None) == (status, status == 200)
    assert status == 200 or "`aborters`" in reply.message


def test_what_is_over_can_not_be_aborted() -> None:
    """The reply says how it ended, and what goes back instead."""
    reply = decide({**OPEN, "outcome": "SUCCEEDED"})

    assert (reply.status, reply.abort) == (409, None)
    assert "SUCCEEDED" in reply.message
    assert "landfall rollback" in reply.message


def test_a_deployment_that_nobody_knows() -> None:
    """A wrong name is said, and nothing is recorded."""
    assert (decide(None).status, decide(None).abort) == (404, None)


def test_the_first_abort_stays_and_a_second_one_stops_again() -> None:
    """The first call may have died between the record and the stop; its name is not replaced."""
    reply = decide({**OPEN, "abort": aborted.written(EARLIER)})

    assert (reply.status, reply.abort) == (200, None)
    assert "already aborted by arn:aws:iam::123456789012:user/first" in reply.message


def test_a_stranger_learns_nothing_of_an_earlier_abort() -> None:
    """Who may not abort is told so, whatever the record says."""
    assert decide({**OPEN, "abort": aborted.written(EARLIER)}, ("role/Other",)).status == 403


def test_fifty_are_read_and_none_beside_them() -> None:
    """The most that the settings take: the last of them counts, and nobody else."""
    others = tuple(f"role/Team{n}" for n in range(49))
    assert decide(aborters=(*others, "role/OnCall")).status == 200
    assert decide(aborters=others).status == 403


@pytest.mark.parametrize(
    "arn",
    [
        b.EXECUTION.replace("-one", "-other"),
        b.EXECUTION[:-1],
        b.EXECUTION.replace(":execution:", ":stateMachine:"),
        b.EXECUTION.replace(":states:", ":lambda:"),
        b.EXECUTION.replace(":execution:landfall:", ":express:landfall:"),
        f"{b.EXECUTION}:5f0a",
        f"{b.EXECUTION}\n",
        RELEASE.deployment_id,
        "",
        None,
    ],
)
def test_a_record_that_names_another_execution_stops_none(arn: Any) -> None:
    """Whoever may write the ledger could else have another service's deployment stopped, past its aborters."""
    reply = decide({**OPEN, "execution_arn": arn}, ("role/OnCall",))
    assert (reply.status, reply.abort) == (409, None)
    assert "somebody changed it" in reply.message


@pytest.mark.parametrize("name", ["0f3c9a1e-1b2c_1f3c9a1e", RELEASE.deployment_id])
def test_an_execution_is_its_deployment_s_with_or_without_the_time_in_front(name: str) -> None:
    """EventBridge's own names begin with no time."""
    known = {**OPEN, "deployment_id": deployment(name, "2026-01-02T03:04:05Z")}
    assert decide({**known, "execution_arn": b.EXECUTION.rpartition(":")[0] + f":{name}"}).status == 200


@pytest.mark.parametrize("outcome", Outcome)
def test_who_aborted_what_was_not_aborted_is_not_said(outcome: Outcome) -> None:
    """The abort came when the deployment had come to its end: the record keeps who asked, and says that it was late."""
    ((_, text),) = aborted.full(EARLIER, outcome)
    late = outcome in (Outcome.SUCCEEDED, Outcome.NO_CHANGE, Outcome.SKIPPED)
    assert text.startswith("an abort was asked for by" if late else "aborted by")
    assert (f"too late: it ended as {outcome}" in text) is late


@pytest.mark.parametrize("key", ["answer", "items", "userArn", "execution_arn"])
def test_a_request_can_not_say_more(key: str) -> None:
    """Nothing that a caller sends names the execution, or the caller."""
    body = _json({"service": "a", "deployment": "b", key: "x"})
    iam = {"iam": {"userArn": ARN}}
    found = read({"requestContext": {"http": {"method": "POST"}, "authorizer": iam}, "body": body})

    assert isinstance(found, Reply)
    assert (found.status, key in found.message) == (400, True)


def test_an_abort_is_read_as_it_was_written() -> None:
    """Who, when and why are in the record's words."""
    assert aborted.read({"abort": aborted.written(EARLIER)}) == EARLIER
    assert aborted.read({}) is None
    assert aborted.read(None) is None
    assert aborted.told(EARLIER).endswith("user/first at 2026-01-02T03:04:05+00:00: too slow")
    ((label, text),) = aborted.full(EARLIER)
    assert (label, text.endswith("(as arn)")) == ("abort", True)


@given(st.none() | st.text() | st.integers() | st.lists(st.text()))
def test_what_was_changed_by_hand_is_still_an_abort(text: Any) -> None:
    """A field that can't be read says so, and breaks neither report nor page."""
    found = aborted.read({"abort": text})

    assert found in (None, UNREADABLE)
    assert (found is None) == (text is None)
    assert aborted.told(UNREADABLE)
