"""Verdicts: bounded, so that a step's answer always fits an execution's history."""

from __future__ import annotations

import json

import pytest

from landfall.change import begun as change
from landfall.errors import AwsCallFailed
from landfall.model import REASON_LIMIT, State, Verdict, failed, passed, wait
from landfall.settings import Limits
from tests.support import builders as b


@pytest.mark.parametrize("character", ["r", '"', "é", "漢", "\U0001f680", "\n", "\x1b", "\ud800"], ids=ascii)
@pytest.mark.parametrize("length", [0, REASON_LIMIT // 6, REASON_LIMIT, REASON_LIMIT + 1, 10**4])
def test_reason_is_bounded(character: str, length: int) -> None:
    """However much AWS has to say, and in whatever script, a reason is cut, and shows that it was."""
    reason = failed("X", character * length).reason
    told = json.dumps(reason, ensure_ascii=False).encode()  # half a character would not be encoded
    whole = len(reason) == length and not reason.endswith("…")
    assert len(told) - 2 <= REASON_LIMIT
    assert whole or (reason.endswith("…") and len(told) - 2 > REASON_LIMIT - 8)


def test_makers() -> None:
    """A verdict waits only where it says how long; the others never make the machine spin."""
    assert passed("A", "x") == Verdict(State.PASS, "A", "x", 1)
    assert wait("B", "x", 15) == Verdict(State.WAIT, "B", "x", 15)
    assert failed("C", "x") == Verdict(State.FAIL, "C", "x", 1)


def test_change_is_bound_to_the_deployment_ecs_made() -> None:
    """After the update the machine knows the id to judge and the deadline to judge it by."""
    begun = change.begun(b.deployment(id="", updated_at="", deadline=""), b.service(), Limits(), b.NOW)
    assert (begun.id, begun.updated_at) == (b.OURS, b.NOW.isoformat())
    assert begun.deadline == "2026-01-02T03:19:05+00:00"


@pytest.mark.parametrize(
    "primary",
    [b.ecs_deployment(task_definition=b.OLD_REVISION), b.ecs_deployment(status="ACTIVE")],
    ids=["another revision", "no primary"],
)
def test_update_that_was_not_taken_is_no_deployment(primary: object) -> None:
    """If ECS answers an update with another revision's deployment, it doesn't count as ours."""
    with pytest.raises(AwsCallFailed, match="after the update the PRIMARY deployment has"):
        change.begun(b.deployment(), b.service(primary), Limits(), b.NOW)  # type: ignore[arg-type]
