"""The queue: one deployment at a time, the newest push first, and no person's request is skipped."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall.intake import turn
from landfall.intake.turn import Waiting
from tests.support import builders as b


def request(at: int, *, by_push: bool = True, outcome: str = "", touching: bool = False) -> Waiting:
    """Return a request made `at` seconds past the hour."""
    return Waiting(f"20260101T0000{at:02}Z-x", f"2026-01-01T00:00:{at:02}Z", by_push, outcome, touching)


def said(mine: Waiting, *others: Waiting) -> str:
    """Return the verdict's code for `mine`."""
    return turn.decide(mine, [mine, *others], 15).code


CASES = [
    pytest.param(request(5), [], turn.GO, id="alone"),
    pytest.param(request(5), [request(4, outcome="SUCCEEDED")], turn.GO, id="after-one-that-ended"),
    pytest.param(request(5), [request(4, touching=True)], turn.GO, id="after-one-that-has-the-lock"),
    pytest.param(request(5), [request(6)], turn.SKIP, id="overtaken-by-one-that-waits"),
    pytest.param(request(5), [request(6, outcome="SUCCEEDED")], turn.SKIP, id="overtaken-by-one-that-landed"),
    pytest.param(request(5), [request(6, outcome="ROLLED_BACK")], turn.SKIP, id="overtaken-by-one-that-failed"),
    pytest.param(request(5), [request(6, outcome="REJECTED")], turn.GO, id="a-rejected-push-overtakes-nobody"),
    pytest.param(request(5), [request(6, by_push=False)], turn.GO, id="a-person-overtakes-nobody"),
    pytest.param(request(5, by_push=False), [request(6)], turn.GO, id="a-person-is-never-skipped"),
    pytest.param(request(5), [request(4, by_push=False)], "QUEUED", id="an-older-person-goes-first"),
    pytest.param(request(5, by_push=False), [request(4)], "QUEUED", id="an-older-push-goes-before-a-person"),
    pytest.param(request(5, by_push=False), [request(4), request(6)], turn.GO, id="but-not-one-that-was-overtaken"),
]


@pytest.mark.parametrize(("mine", "others", "expected"), CASES)
def test_whose_turn_it_is(mine: Waiting, others: list[Waiting], expected: str) -> None:
    """Each rule of the queue, whatever the order in which the ledger returns the requests."""
    for order in permutations([mine, *others]):
        assert turn.decide(mine, order, 15).code == expected


def test_two_requests_of_the_same_instant_agree_on_an_order() -> None:
    """Were each to think itself the older, both would go; were each to think itself the younger, none would."""
    one, other = (Waiting(name, "2026-01-01T00:00:00Z", by_push=True) for name in ("a", "b"))

    assert {said(one, other), said(other, one)} == {turn.SKIP, turn.GO}


def begun(name: str, started: str) -> Waiting:
    """Return a request of one second with others, told apart by its execution's start."""
    return Waiting(name, "2026-01-01T00:00:00Z", by_push=True, started_at=started)


def test_within_one_second_the_start_decides() -> None:
    """Events tell whole seconds. An id, which a person may choose, decides only where the starts are the same too."""
    first, second = begun("z", "2026-01-01T00:00:00.1Z"), begun("a", "2026-01-01T00:00:00.2Z")
    assert (said(first, second), said(second, first)) == (turn.SKIP, turn.GO)


def test_the_request_decides_before_the_start() -> None:
    """A push that was delivered late is older than one that began before it. Fractions of a second don't count."""
    late = Waiting("z", "2026-01-01T00:00:01.9Z", by_push=True, started_at="2026-01-01T00:10:00Z")
    newer = Waiting("a", "2026-01-01T00:00:02Z", by_push=True, started_at="2026-01-01T00:00:03Z")
    same_second = Waiting("b", "2026-01-01T00:00:01.1Z", by_push=True, started_at="2026-01-01T00:20:00Z")
    assert (said(late, newer), said(newer, late)) == (turn.SKIP, turn.GO)
    assert (said(late, same_second), said(same_second, late)) == (turn.SKIP, turn.GO)


def test_of_several_the_newest_and_the_first_are_named() -> None:
    """People read which push overtook theirs, and for which request theirs waits."""
    requests = [request(3, by_push=False), request(2, by_push=False), request(8), request(9), request(7)]
    assert "20260101T000009Z-x" in turn.decide(request(5), requests, 15).reason
    queued = turn.decide(request(5), requests[:2], 15)
    assert "20260101T000002Z-x is first" in queued.reason
    assert (queued.state, queued.retry_after) == ("WAIT", 15)


def test_one_that_waits_touches_nothing_unless_it_is_said() -> None:
    """A request that nobody noted as holding the lock is one to wait for."""
    older = Waiting("a", "2026-01-01T00:00:00Z", by_push=False)
    assert said(request(5), older) == "QUEUED"


def test_the_codes_that_the_machine_reads() -> None:
    """The state machine branches on them (statemachine/deploy.asl.json)."""
    assert (turn.SKIP, turn.GO) == ("OVERTAKEN", "YOUR_TURN")


waiting = st.builds(
    Waiting,
    deployment_id=st.sampled_from("abcdefgh"),
    requested_at=st.sampled_from("1234"),
    by_push=st.booleans(),
    outcome=st.sampled_from(["", "", "SUCCEEDED", "REJECTED", "ROLLED_BACK", "SKIPPED"]),
    touching=st.just(False),
)


@given(st.lists(waiting, min_size=1, max_size=8, unique_by=lambda w: w.deployment_id))
def test_somebody_can_always_go_and_the_newest_push_is_never_lost(requests: list[Waiting]) -> None:
    """No set of requests waits for each other for ever, and what is skipped is skipped for a newer push."""
    open_ = [r for r in requests if not r.outcome]
    verdicts = {r.deployment_id: turn.decide(r, requests, 15).code for r in open_}

    if open_:
        assert set(verdicts.values()) != {"QUEUED"}
        assert "QUEUED" not in verdicts.values() or turn.GO in verdicts.values()
    for request_ in open_:
        if verdicts[request_.deployment_id] == turn.SKIP:
            newer = [r for r in requests if r.by_push and r.order > request_.order and r.outcome != "REJECTED"]
            assert request_.by_push
            assert newer
    assert sum(code == turn.GO for code in verdicts.values()) <= 1


DAYS = {
    "from the id": ("20260301T000000Z-whatever", "2026-03-01T00:00:00.123Z"),
    "of a late event": ("20260301T003000Z-whatever", "2026-03-01T00:00:00Z"),
    "of an id that a person chose": ("20260301T000000Z-by-hand", "2026-03-01T00:00:09+00:00"),
}


@pytest.mark.parametrize(("deployment_id", "requested_at"), DAYS.values(), ids=DAYS.keys())
def test_a_day_is_taken_from_the_earlier_of_id_and_request(deployment_id: str, requested_at: str) -> None:
    """Ids begin with a time in a form of its own, and a push may be asked for long after it was made."""
    assert turn.a_day_before(deployment_id, requested_at) == "20260228T000000Z"


RECORD: dict[str, Any] = {
    "deployment_id": "20260102T030405Z-sample",
    "requested_at": "2026-01-02T03:04:05Z",
    "started_at": "2026-01-02T03:04:06Z",
    "by_push": True,
    "outcome": "SUCCEEDED",
    "fence": 3,
}


def test_a_record_is_read_as_a_request() -> None:
    """Its fields say when it was asked for, by what, how it ended and whether it holds the lock."""
    read = Waiting(
        RECORD["deployment_id"],
        RECORD["requested_at"],
        by_push=True,
        outcome="SUCCEEDED",
        touching=True,
        started_at="2026-01-02T03:04:06Z",
    )
    assert turn.recorded([RECORD]) == [read]
    assert turn.recorded([{"deployment_id": "d"}]) == [Waiting("d", "", by_push=False)]


def test_a_request_that_is_rejected_right_away_holds_up_nobody() -> None:
    """It will never ask for the lock."""
    assert turn.recorded([{**RECORD, "doomed": True}, {"deployment_id": "d"}]) == [Waiting("d", "", by_push=False)]


def test_a_release_waits_as_what_it_was_asked_for_by() -> None:
    """The time of the request decides, not that of the execution; a push can be overtaken."""
    release = b.release(requested_at="2026-01-02T03:04:05Z", started_at="2026-01-02T04:00:00Z", by_push=True)
    assert turn.waiting(release) == Waiting(
        release.deployment_id, "2026-01-02T03:04:05Z", by_push=True, started_at="2026-01-02T04:00:00Z"
    )
