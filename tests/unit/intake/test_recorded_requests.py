"""Recorded requests: which of them belong to a push, and what the record keeps of them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall import wire
from landfall.intake import recorded_requests
from landfall.model import UNKNOWN, Asked
from landfall.settings_file.read import _NAME
from landfall.telling import deployment_notice
from tests.support import builders as b

ANN = "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Release_0123456789abcdef/ann@example.com"
FRONT = "arn:aws:states:eu-west-1:123456789012:execution:landfall-ask-sample"


def item(at: str = "2026-01-02T10:00:00.123Z", name: str = "one", **changes: Any) -> dict[str, Any]:
    """Return a request as the front records it."""
    told = {"asked_by": ANN, "asked_at": at, "via": "landfall 1.0", "reason": "why not", "asked_in": f"{FRONT}:{name}"}
    return {"service": "_asked:sample", "deployment_id": f"{b.SHA}/{name}", **told, "expires_at": 1, **changes}


def request(at: str, build: str = "", name: str = "one") -> Asked:
    """Return a request that was recorded then."""
    found = recorded_requests.read(item(at, name, build=build))
    assert found
    return found


PUSHED = "2026-01-02T10:20:00Z"
LIFE = {
    "made within the second of the push": ("2026-01-02T10:20:00.900Z", "", {}, True),
    "made after the push": ("2026-01-02T10:20:01Z", "", {}, False),
    "no build known, and the push within the hour": ("2026-01-02T09:20:00Z", "", {}, True),
    "no build known, and the push later": ("2026-01-02T09:19:59Z", "", {}, False),
    "its build runs, however long": ("2026-01-02T01:00:00Z", "p:1", {"p:1": ""}, True),
    "its build ended after the push": ("2026-01-02T10:00:00Z", "p:1", {"p:1": "2026-01-02T10:21:00Z"}, True),
    "the push's event is a little late": ("2026-01-02T10:00:00Z", "p:1", {"p:1": "2026-01-02T10:19:00Z"}, True),
    "its build had ended, whatever came of it": ("2026-01-02T10:00:00Z", "p:1", {"p:1": "2026-01-02T10:18:59Z"}, False),
    "CodeBuild does not know its build": ("2026-01-02T10:00:00Z", "p:1", {}, True),
    "CodeBuild says what is no time": ("2026-01-02T10:00:00Z", "p:1", {"p:1": "soon"}, True),
}


@pytest.mark.parametrize(("at", "build", "ends", "answers"), LIFE.values(), ids=LIFE)
def test_a_request_is_open_until_its_build_is_over(at: str, build: str, ends: dict[str, str], answers: bool) -> None:
    """A stale request is not joined to a later push of the same commit, and a slow build's is."""
    assert bool(recorded_requests.answered([request(at, build)], PUSHED, ends)) is answers


def test_who_asked_first_led_to_it_and_the_others_are_named() -> None:
    """If several people request one commit, the record keeps the first request in full, and the other names."""
    found = [request(f"2026-01-02T10:0{n}:00Z", name=str(n)) for n in (3, 1, 2, 5, 4)]
    release = recorded_requests.joined(b.release(), recorded_requests.answered(found, PUSHED, {}))
    assert release.asked
    assert release.asked.at == "2026-01-02T10:01:00Z"
    assert [text.split(" at ")[1][:20] for text in release.asked_too[:2]] == [f"2026-01-02T10:0{n}:00Z" for n in (2, 3)]
    assert release.asked_too[2:] == ("and 2 more",)
    assert recorded_requests.fields(release)["asked_too"] == "; ".join(release.asked_too)


def test_a_deployment_that_was_asked_for_is_joined_by_its_name() -> None:
    """The deployment has the name of the front's execution, so that it matches only that request."""
    found = [request("2026-01-02T10:00:00Z", name=name) for name in ("one", "two")]
    (mine,) = recorded_requests.of_execution(found, "arn:aws:states:eu-west-1:123456789012:execution:landfall:two")
    assert mine.execution.endswith(":two")
    assert recorded_requests.of_execution(found, "") == ()


def test_who_asked_stays_and_secrets_go() -> None:
    """Mail addresses from single sign-on are kept for audits, but a key in a reason or a name is redacted."""
    key = "AKIA" + "IOSFODNN7EXAMPLE"
    found = recorded_requests.read(item(reason=f"with {key}", via=f"script {key}"))
    assert found
    assert found.by == ANN
    assert key not in f"{found.reason}{found.via}"


@pytest.mark.parametrize("at", ["", "yesterday", "2026-01-02T10:00:00", None, 5])
def test_an_item_without_a_time_is_no_request(at: Any) -> None:
    """It can be joined to nothing, and breaks nothing."""
    assert recorded_requests.read(item() | {"asked_at": at}) is None


ANY = st.none() | st.integers() | st.text(max_size=600) | st.text("\u202e\x1b[31m\n\x00é😀", max_size=300)


@given(st.fixed_dictionaries(dict.fromkeys(("asked_by", "via", "reason", "asked_in", "build"), ANY)))
def test_whatever_is_in_an_item_what_is_told_is_bounded_and_one_line(changes: dict[str, Any]) -> None:
    """It is input from outside that ends up in a step's answer, the ledger, messages and a terminal."""
    found = recorded_requests.read(item(**changes))
    assert found
    release = recorded_requests.joined(b.release(), (found, replace(found, at="x"), found, found, found))
    told = {"asked": vars(found), "too": list(release.asked_too)}
    assert wire.size(told) < 1600
    for text in (*vars(found).values(), *release.asked_too):
        assert text.isprintable() or not set(text) & set("\n\r\x1b\x00\u202e")
    json.dumps(recorded_requests.fields(release))


def test_people_are_told_who_asked_and_what_started_it() -> None:
    """Both, since they are two facts; without a recorded request it is what started it, as ever."""
    plain = b.release(requested_by="ECR push", reason="push of x")
    joined = recorded_requests.joined(plain, (request("2026-01-02T10:00:00Z"),))
    text = deployment_notice.notice(b.ended(release=joined), None).text
    assert f"Asked by:  {ANN} (a claim) at 2026-01-02T10:00:00Z by landfall 1.0; started by ECR push" in text
    assert "Because:   why not" in text
    assert recorded_requests.who(plain) == "ECR push (a claim)"
    assert recorded_requests.why(replace(joined, asked=replace(joined.asked, reason=""))) == "push of x"  # type: ignore[type-var]
    assert UNKNOWN not in text.split("Asked by:")[1].split("\n")[0]


def test_the_requests_of_a_service_have_a_partition_that_no_service_has() -> None:
    """Else a service of that name would find other people's requests among its deployments."""
    assert recorded_requests.partition("sample") == item()["service"]
    assert not _NAME.fullmatch(recorded_requests.partition("sample"))
