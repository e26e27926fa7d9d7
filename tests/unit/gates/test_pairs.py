"""A service with several pairs of target groups: each is judged by its own traffic."""

from __future__ import annotations

from dataclasses import replace

import pytest

from landfall.gates import pairs
from landfall.gates.traffic_series import Evidence, GateWindow, Minute, Side, TrafficSeries
from landfall.model import State
from landfall.settings.traffic import Traffic
from tests.support.gate_traffic import BEGAN, HOUR, MINUTE, NONE, minutes

GOOD, BAD, FEW = minutes(0, 9, 100), minutes(0, 9, 100, 30), minutes(0, 9, 2)
QUIET = minutes(-60, 70, 1)


def of(name: str, blue: tuple[Minute, ...], green: tuple[Minute, ...]) -> TrafficSeries:
    """Return a pair's traffic."""
    arn = f"arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/{name}/1"
    return TrafficSeries(Side(f"{arn}b", blue, 90), Side(arn, green, 10))


def judged(*series: TrafficSeries, left: tuple[Evidence, ...] = ()) -> pairs.Pairs:
    """Judge them twelve minutes after the gate began."""
    window = GateWindow("PRE_PRODUCTION_TRAFFIC_SHIFT", 10, BEGAN, BEGAN + 15 * MINUTE)
    return pairs.judge(series, window, left, Traffic(), BEGAN + 12 * MINUTE)


ONE = of("public", HOUR, GOOD)
BROKEN = replace(of("broken", HOUR, NONE), green=Side("targetgroup/broken/1", NONE, 10, BEGAN))
"""It answers our own requests, and has no count of requests."""


@pytest.mark.parametrize(
    ("other", "state", "code"),
    [
        (of("internal", HOUR, GOOD), State.PASS, "TRAFFIC_NO_WORSE"),
        (of("internal", HOUR, BAD), State.FAIL, "ERRORS_WORSE"),
        (of("internal", HOUR, FEW), State.WAIT, "TOO_FEW_REQUESTS"),
        (of("internal", QUIET, FEW), State.PASS, "TRAFFIC_NO_WORSE"),
        (of("internal", NONE, NONE), State.PASS, "TRAFFIC_NO_WORSE"),
    ],
)
def test_every_pair_is_judged(other: TrafficSeries, state: State, code: str) -> None:
    """A bad one fails the gate wherever it is; one that is used is waited for, one that nobody uses is not."""
    for series in ((ONE, other), (other, ONE)):
        verdict = judged(*series).judged.verdict
        assert (verdict.state, verdict.code) == (state, code)


def test_the_reason_names_the_target_group() -> None:
    """People look in the right place."""
    assert judged(ONE, of("internal", HOUR, BAD)).judged.verdict.reason.startswith("internal: green has")


def test_one_pair_is_judged_as_ever() -> None:
    """Its few requests hold the gate, however quiet it was before, and its verdict has no name before it."""
    found = judged(of("public", QUIET, FEW)).judged
    assert (found.verdict.code, found.undecided_is_traffic) == ("TOO_FEW_REQUESTS", True)
    assert found.verdict.reason.startswith("not enough to tell")


def test_evidence_is_kept_apart() -> None:
    """What earlier gates left of one pair says nothing of another."""
    bad = of("internal", HOUR, minutes(0, 9, 100, 8))
    first = judged(ONE, bad).evidence
    assert (first[0].errors or 0) < 0 < (first[1].errors or 0)
    again = judged(ONE, bad, left=first).evidence
    assert (again[1].gates, again[0].requests) == (2, 1800)


@pytest.mark.parametrize(
    ("blue", "holds"), [(minutes(-60, 1, 99), False), (minutes(-60, 1, 100), True), (minutes(-60, 2, 50), True)]
)
def test_how_much_use_makes_a_pair_wait(blue: tuple[Minute, ...], holds: bool) -> None:
    """As many requests to blue in all as the settings ask of green (100); fewer hold nothing up."""
    found = judged(of("used", blue, NONE), ONE).judged
    assert found.verdict.code == ("TOO_FEW_REQUESTS" if holds else "TRAFFIC_NO_WORSE")


def test_the_pair_that_is_used_most_is_waited_for() -> None:
    """Where all are hardly used, one of them still has to tell; nothing passes by being absent."""
    for series in ((of("a", NONE, NONE), of("b", QUIET[:9], FEW)), (of("b", QUIET[:9], FEW), of("a", NONE, NONE))):
        found = judged(*series).judged
        assert (found.verdict.code, found.undecided_is_traffic) == ("TOO_FEW_REQUESTS", True)
        assert found.verdict.reason.startswith("b: not enough to tell")
    assert judged(of("a", NONE, NONE), of("b", NONE, NONE)).judged.verdict.code == "TOO_FEW_REQUESTS"


@pytest.mark.parametrize(
    ("one", "other", "code"),
    [
        (of("bad", HOUR, BAD), BROKEN, "ERRORS_WORSE"),
        (of("bad", HOUR, BAD), of("few", HOUR, FEW), "ERRORS_WORSE"),
        (of("bad", HOUR, BAD), ONE, "ERRORS_WORSE"),
        (BROKEN, of("few", HOUR, FEW), "MEASUREMENT_BROKEN"),
        (BROKEN, ONE, "MEASUREMENT_BROKEN"),
        (of("few", HOUR, FEW), ONE, "TOO_FEW_REQUESTS"),
        (replace(BROKEN, blue=Side("blue", QUIET[:9], 90)), ONE, "MEASUREMENT_BROKEN"),
    ],
)
def test_which_pair_weighs_most(one: TrafficSeries, other: TrafficSeries, code: str) -> None:
    """FAIL, then doubt or a broken measurement, then too few requests: `undecided` never hides what is broken."""
    for series in ((one, other), (other, one)):
        found = judged(*series).judged
        assert (found.verdict.code, found.undecided_is_traffic) == (code, code == "TOO_FEW_REQUESTS")


def test_a_pass_tells_of_every_pair() -> None:
    """Also of one that nobody uses: people see that it was not judged."""
    reason = judged(ONE, of("internal", QUIET[:9], FEW)).judged.verdict.reason
    public, internal = reason.split("; internal: ")
    assert public.startswith("public: green is no worse than blue: 5xx answers 0 of 900")
    assert internal.startswith("not enough to tell: 18 requests to green")


def test_a_new_pair_begins_without_evidence() -> None:
    """What an earlier gate left belongs to the pairs that it had."""
    left = judged(ONE).evidence
    found = judged(ONE, of("internal", HOUR, GOOD), left=left).evidence
    assert [each.gates for each in found] == [2, 1]
