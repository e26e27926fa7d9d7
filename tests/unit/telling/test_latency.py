"""What a report tells of a rolling release's latency: final minutes alone, on the right side of the update."""

from __future__ import annotations

from datetime import timedelta

import pytest

from landfall.gates.traffic_series import Minute
from landfall.ledger.execution_history import Entry
from landfall.telling.report import latency
from landfall.telling.report.latency import Latencies
from tests.support import builders as b

GROUP = "arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/sample/73e2d6bc24d8a067"
UPDATED = b.NOW.replace(second=0, microsecond=0)
PROVEN = UPDATED + timedelta(minutes=3, seconds=20)


def at(minutes: float, *, requests: int = 100, p95: float = 0.2) -> Minute:
    """Return a minute so long after the update."""
    return Minute(UPDATED + timedelta(minutes=minutes), requests, p50=p95 / 2, p95=p95)


def told(*minutes: Minute, after: float = 10) -> tuple[tuple[str, str], ...]:
    """Return what people read, so many minutes after the update."""
    now = UPDATED + timedelta(minutes=after)
    return latency.words(Latencies((latency.of(GROUP, minutes, UPDATED, PROVEN, now),)))


def test_both_sides_are_told_apart() -> None:
    """Minutes in which both releases answered belong to neither; nor does the minute that the update cut."""
    before = [at(-n, p95=0.1) for n in range(1, 61)]
    mixed = [at(n, p95=9.0) for n in (-0.5, 0, 1, 2, 3)]
    since = [at(4), at(5, p95=0.4), at(6, p95=0.3), at(7)]
    assert told(*before, *mixed, *since) == (
        (
            "latency at sample",
            "p50 125 ms, p95 250 ms (4 minutes, 400 requests) since it was proven;"
            " p50 50 ms, p95 100 ms (60 minutes, 6,000 requests) before",
        ),
    )


def test_a_minute_that_may_still_change_is_left_out() -> None:
    """CloudWatch's newest minutes are partial: a p95 of them would be a rumour."""
    assert "(1 minute, 100 requests) since" in told(at(4), at(5, p95=5.0), after=7.5)[0][1]


@pytest.mark.parametrize("minutes", [(), (at(4, requests=19), at(-1, requests=19))])
def test_few_requests_have_no_percentiles(minutes: tuple[Minute, ...]) -> None:
    """A p95 of a handful is its slowest request."""
    assert told(*minutes)[0][1].count("too few requests") == 2


@pytest.mark.parametrize(("seconds", "early"), [(179, True), (180, False)])
def test_nothing_is_asked_before_there_can_be_an_answer(seconds: int, early: bool) -> None:
    """A short bake costs no call to CloudWatch."""
    assert latency.is_early(PROVEN, PROVEN + timedelta(seconds=seconds)) is early


def test_the_first_proof_counts() -> None:
    """The proof is repeated after the bake; the way back has a state of its own."""
    times = [PROVEN + timedelta(minutes=n) for n in range(4)]
    states = (("Confirm", "WAIT"), ("Confirm", "PASS"), ("Confirm", "PASS"), ("ConfirmRollback", "PASS"))
    entries = [Entry(time, state, answer=answer) for time, (state, answer) in zip(times, states, strict=True)]
    assert latency.proven_at(entries) == times[1]
    assert latency.proven_at(entries[:1]) is None


def test_what_could_not_be_known_is_said() -> None:
    """A report without figures says why, unless the service has no latency at all."""
    assert latency.words(Latencies(unread=latency.EARLY)) == (("latency", latency.EARLY),)
    assert latency.words(Latencies()) == ()
