"""The evaluator, by the cases that people reported, and by a short form of `make evaluator`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from landfall.gates import likelihood
from landfall.gates.traffic_series import BAKE, Evidence, Minute
from landfall.model import State
from landfall.settings.traffic import Traffic
from tests.campaigns.evaluator import cases, tally
from tests.campaigns.evaluator.generator import Truth
from tests.campaigns.evaluator.trials import play
from tests.support.gate_traffic import HOUR, NONE, judged, minutes


def test_no_worse_passes() -> None:
    """The usual case, and what its reason tells."""
    found = judged(HOUR, minutes(0, 9, 100))
    assert (found.verdict.state, found.verdict.code) == (State.PASS, "TRAFFIC_NO_WORSE")
    assert "0 of 900 (0.00 %), blue 0 of 63,000 (0.00 %)" in found.verdict.reason


def test_a_baseline_without_errors_has_none() -> None:
    """spinnaker/kayenta#377: a baseline without an error series had no data, and a canary with errors passed."""
    found = judged(HOUR, minutes(0, 10, 100, 4))
    assert (found.verdict.state, found.verdict.code) == (State.FAIL, "ERRORS_WORSE")
    assert "green has 40 of 1,000 (4.00 %) 5xx answers, blue 0 of 63,000 (0.00 %)" in found.verdict.reason


def test_trouble_of_both_sides_is_not_greens() -> None:
    """Green against blue in the same minutes: a dependency that fails, fails both (law 8)."""
    blue = (*minutes(-60, 60, 900), *minutes(0, 10, 900, 45))
    assert judged(blue, minutes(0, 9, 100, 5)).verdict.state != State.FAIL


def test_requests_before_the_shift_let_nothing_pass() -> None:
    """fluxcd/flagger#1011: traffic stopped, and the numbers from before let the canary go on."""
    found = judged(HOUR, minutes(-10, 10, 500), answered=False)
    assert (found.verdict.state, found.verdict.code) == (State.WAIT, "TOO_FEW_REQUESTS")
    assert found.undecided_is_traffic
    assert found.missing >= 100


def test_the_newest_minutes_are_not_judged() -> None:
    """Netflix/atlas#1300: the newest minute has 20 requests and 20 errors when it is first read."""
    settled = judged(HOUR, minutes(0, 9, 100), after=11)
    with_newest = judged(HOUR, (*minutes(0, 9, 100), *minutes(9, 2, 20, 20)), after=11)
    assert with_newest.verdict == settled.verdict


@pytest.mark.parametrize("silent", ["blue", "green"])
def test_a_side_that_answers_has_a_count(silent: str) -> None:
    """juspay/hyperswitch-helm#308: without ids in the queries every metric is empty; that is not too little traffic."""
    blue, green = (NONE, minutes(0, 9, 100)) if silent == "blue" else (HOUR, NONE)
    found = judged(blue, green)
    assert (found.verdict.state, found.verdict.code) == (State.WAIT, "MEASUREMENT_BROKEN")
    assert f"TargetGroup {silent}" in found.verdict.reason
    assert not found.undecided_is_traffic


def test_no_answers_and_no_count_are_too_little_traffic() -> None:
    """Where our own requests weren't answered either, nothing says that the measurement is broken."""
    assert judged(HOUR, NONE, answered=False).undecided_is_traffic


def test_a_cold_start_passes() -> None:
    """kortix-ai/suna#3408: p95 of 3 s in green's first two minutes, then as blue."""
    found = judged(HOUR, (*minutes(0, 2, 100, p95=3.0), *minutes(2, 7, 100)))
    assert found.verdict.state == State.PASS


def test_a_higher_p95_that_lasts_fails() -> None:
    """1.5 times blue's, as users feel it."""
    found = judged(HOUR, minutes(0, 10, 300, p95=0.47))
    assert (found.verdict.state, found.verdict.code) == (State.FAIL, "LATENCY_WORSE")
    assert "green's p95 is 470 ms, blue's 300 ms" in found.verdict.reason


def test_milliseconds_are_no_difference() -> None:
    """Half as much again of 4 ms is nothing that anybody feels."""
    fast = minutes(-60, 70, 900, p95=0.004)
    assert judged(fast, minutes(0, 9, 100, p95=0.009)).verdict.state == State.PASS


def test_one_minute_of_errors_decides_nothing() -> None:
    """Errors come in bursts (law 8); doubt isn't a pass either, and no setting lets it go on."""
    found = judged(HOUR, (*minutes(0, 1, 100), *minutes(1, 1, 100, 60), *minutes(2, 1, 100)), after=6)
    assert (found.verdict.state, found.verdict.code) == (State.WAIT, "TRAFFIC_NOT_SURE")
    assert not found.undecided_is_traffic


def test_evidence_adds_up_over_gates() -> None:
    """2 % of errors at 34 gates of 30 requests each: no gate alone could tell."""
    left, codes = Evidence(), []
    for gate in range(34):
        found = judged(HOUR, minutes(0, 3, 10, int(gate % 5 < 3)), after=6, left=left)
        codes.append(found.verdict.code)
        left = found.evidence
    assert "ERRORS_WORSE" in codes
    assert left.gates == 34


def test_the_bake_asks_for_more_than_a_shift() -> None:
    """What passes there stays: 360 requests let a shift go on, and don't end the bake."""
    few = minutes(0, 3, 120)
    assert judged(HOUR, few, after=6, settings=Traffic(latency=False)).verdict.state == State.PASS
    bake = judged(HOUR, few, after=6, stage=BAKE, settings=Traffic(latency=False))
    assert bake.undecided_is_traffic
    assert bake.missing > 0


@pytest.mark.parametrize(
    ("settings", "balancer", "why"),
    [
        (Traffic(), "network", "a Network Load Balancer counts no requests"),
        (
            Traffic(errors=False, refusals=False, latency=False, log_errors=False),
            "application",
            "the settings switch off",
        ),
    ],
)
def test_what_is_not_judged_is_said(settings: Traffic, balancer: str, why: str) -> None:
    """Nobody takes a gate that judged nothing for a proof."""
    found = judged(NONE, NONE, settings=settings, balancer=balancer)
    assert (found.verdict.state, found.verdict.code) == (State.PASS, "TRAFFIC_NOT_JUDGED")
    assert why in found.verdict.reason


def test_each_comparison_can_be_switched_off() -> None:
    """A service whose errors mean nothing is judged by its latency alone."""
    bad = minutes(0, 10, 300, 30, p95=0.6)
    assert judged(HOUR, bad).verdict.code == "ERRORS_WORSE"
    assert judged(HOUR, bad, settings=Traffic(errors=False)).verdict.code == "LATENCY_WORSE"
    assert (
        judged(HOUR, bad, settings=Traffic(errors=False, refusals=False, latency=False, log_errors=True)).verdict.state
        == State.PASS
    )


LINES = minutes(-60, 70, 500, 2)
GOOD, BAD = minutes(0, 9, 100), minutes(0, 9, 100, 30)
CLEAN, SPOILT = minutes(0, 9, 500, 2), minutes(0, 9, 500, 60)


@pytest.mark.parametrize(
    ("green", "code", "after"),
    [(GOOD, "TRAFFIC_NO_WORSE", 1), (BAD, "ERRORS_WORSE", 1), (NONE, "TOO_FEW_REQUESTS", 60)],
)
def test_when_to_look_again(green: tuple[Minute, ...], code: str, after: int) -> None:
    """CloudWatch has something new once a minute; a decision is acted on at once."""
    verdict = judged(HOUR, green, answered=False).verdict
    assert (verdict.code, verdict.retry_after) == (code, after)


@pytest.mark.parametrize(
    ("green", "logs", "code"),
    [
        (GOOD, (LINES, NONE), "LOGS_SILENT"),
        (BAD, (LINES, NONE), "ERRORS_WORSE"),
        (minutes(0, 2, 100), (LINES, NONE), "TOO_FEW_REQUESTS"),
        (BAD, (LINES, SPOILT), "ERRORS_WORSE"),
        (GOOD, (LINES, SPOILT), "LOG_ERRORS_WORSE"),
        (GOOD, (LINES, CLEAN), "TRAFFIC_NO_WORSE"),
    ],
)
def test_logs_beside_traffic(
    green: tuple[Minute, ...], logs: tuple[tuple[Minute, ...], tuple[Minute, ...]], code: str
) -> None:
    """Silence holds back a pass, and hides neither what is worse nor what is missing."""
    found = judged(HOUR, green, logs=logs)
    assert found.verdict.code == code
    assert (code == "LOGS_SILENT") == ("tasks logged nothing" in found.verdict.reason)


@pytest.mark.parametrize(
    ("count", "requests", "least", "code"),
    [
        (3, 100, 300, "TRAFFIC_NO_WORSE"),
        (3, 100, 301, "TOO_FEW_REQUESTS"),
        (2, 200, 300, "TOO_FEW_REQUESTS"),
    ],
)
def test_what_a_pass_takes_at_least(count: int, requests: int, least: int, code: str) -> None:
    """As many requests as the settings ask for, in three whole minutes: neither alone is enough."""
    settings = Traffic(errors_points=0.05, refusals=False, latency=False, min_requests=least)
    assert judged(HOUR, minutes(0, count, requests), settings=settings).verdict.code == code


@pytest.mark.parametrize(
    ("blue", "green", "missing"),
    [
        (minutes(-5, 1, 2_000), minutes(0, 3, 1_000), 0),
        (minutes(-5, 1, 1_999), minutes(0, 3, 1_000), 1),
        (minutes(-5, 1, 2_000), minutes(0, 1, 1_999), 1),
        (minutes(-5, 1, 1_000), minutes(0, 1, 500), 1_500),
    ],
)
def test_how_many_requests_are_missing(blue: tuple[Minute, ...], green: tuple[Minute, ...], missing: int) -> None:
    """Of the side that had fewer: green can't be compared with a blue that had none."""
    settings = Traffic(errors=False, refusals=False, latency=False, min_requests=2_000)
    found = judged(blue, green, settings=settings, answered=False)
    assert found.missing == missing
    assert (f"about {missing:,} more are needed" in found.verdict.reason) == bool(missing)


@pytest.mark.parametrize(
    ("stage", "requests", "code"),
    [
        ("PRE_PRODUCTION_TRAFFIC_SHIFT", 113, "TOO_FEW_REQUESTS"),
        ("PRE_PRODUCTION_TRAFFIC_SHIFT", 114, "TRAFFIC_NO_WORSE"),
        (BAKE, 761, "TOO_FEW_REQUESTS"),
        (BAKE, 762, "TRAFFIC_NO_WORSE"),
    ],
)
def test_how_many_requests_make_a_gate_sure(stage: str, requests: int, code: str) -> None:
    """Three minutes without an error: four times as likely no worse is enough for more traffic, the bake takes thirty.

    The numbers follow from likelihood.LEANING and SURE, whose promises `make evaluator` measured (docs/decisions/0118).
    """
    settings = Traffic(refusals=False, latency=False, min_requests=1)
    assert judged(HOUR, minutes(0, 3, requests), stage=stage, settings=settings).verdict.code == code


def test_what_is_left_for_the_next_gate() -> None:
    """Each way's score in its own place, and green's minutes and requests of all gates."""
    before = Evidence(-1.0, -2.0, -3.0, 4, 50, 6_000, -5.0)
    idle = judged(HOUR, NONE, left=before, logs=(NONE, NONE))
    assert idle.evidence == Evidence(-1.0, -2.0, -3.0, 5, 50, 6_000, -5.0)
    busy = judged(HOUR, minutes(0, 9, 100, 2), left=before)
    assert (busy.evidence.gates, busy.evidence.minutes, busy.evidence.requests) == (5, 59, 6_900)


def test_what_is_not_compared_leaves_nothing() -> None:
    """Without a score there is no number that a later gate could take for a good one."""
    off = Traffic(errors=False, refusals=False, latency=False, log_errors=False)
    assert judged(HOUR, GOOD, settings=off).evidence == Evidence(gates=1, minutes=9, requests=900)
    network = judged(HOUR, GOOD, balancer="network", logs=(LINES, SPOILT))
    assert (network.evidence.errors, network.evidence.latency, network.evidence.refusals) == (None, None, None)
    assert network.evidence.log_errors is not None
    assert network.evidence.log_errors > likelihood.LOGS_BAR
    assert network.missing == 0


FOUR_ERRORS = (*minutes(0, 4, 100, 1), *minutes(4, 5, 100))


@pytest.mark.parametrize(
    ("green", "code"), [(FOUR_ERRORS, "MEASUREMENT_BROKEN"), (GOOD, "MEASUREMENT_BROKEN"), (BAD, "ERRORS_WORSE")]
)
def test_what_weighs_more_than_a_broken_measurement(green: tuple[Minute, ...], code: str) -> None:
    """Proof alone: neither doubt nor a pass hides it. Blue answers, and has no count beside green."""
    found = judged(minutes(-60, 60, 900), green)
    assert found.verdict.code == code
    assert found.verdict.state == (State.FAIL if code == "ERRORS_WORSE" else State.WAIT)


def test_doubt_tells_of_what() -> None:
    """People see the figures of each way in which green looks worse, and of no other."""
    found = judged(HOUR, FOUR_ERRORS)
    assert (found.verdict.code, found.verdict.state) == ("TRAFFIC_NOT_SURE", State.WAIT)
    assert found.verdict.reason == (
        "green looks worse than blue, but it may be chance: green has 4 of 900 (0.44 %) 5xx answers, "
        "blue 0 of 63,000 (0.00 %); more than 0.50 % is worse"
    )


REFUSING = tuple(replace(each, refused=90) for each in GOOD)


@pytest.mark.parametrize(("refusals", "code"), [(True, "REFUSALS_WORSE"), (False, "TRAFFIC_NO_WORSE")])
def test_refusals_are_judged_where_the_settings_say_so(refusals: bool, code: str) -> None:
    """A login that is broken refuses nearly everybody; `refusals = false` is for a release that is meant to."""
    found = judged(HOUR, REFUSING, settings=Traffic(refusals=refusals))
    assert found.verdict.code == code
    assert (found.evidence.refusals is not None) == refusals


def test_a_side_that_refuses_most_leaves_no_evidence_of_refusals() -> None:
    """Nothing could be worse than a blue that refuses a third, so nothing is weighed, and the gate passes."""
    blue = tuple(replace(each, refused=300) for each in HOUR)
    found = judged(blue, REFUSING)
    assert (found.verdict.code, found.evidence.refusals) == ("TRAFFIC_NO_WORSE", None)


@pytest.mark.parametrize(
    ("requests", "latency", "said"), [(100, True, False), (100, False, False), (19, True, True), (19, False, False)]
)
def test_a_pass_says_that_latency_was_not_judged(requests: int, latency: bool, said: bool) -> None:
    """Fewer than 20 requests a minute tell no p95; a comparison that is switched off isn't missed."""
    green = minutes(0, 9, requests)
    found = judged(HOUR, green, settings=Traffic(latency=latency, errors_points=0.05))
    assert found.verdict.code == "TRAFFIC_NO_WORSE"
    assert ("latency was not judged" in found.verdict.reason) == said


def test_the_shares_come_to_at_most_one() -> None:
    """Else the sum of the products would promise nothing."""
    assert sum(map(likelihood.share, range(1, 100_000))) <= 1


def test_good_ones_pass_and_bad_ones_do_not() -> None:
    """A short form of `make evaluator`, which has the rates."""
    good = [play(Truth(1_000, cases.CANARY), seed) for seed in range(30)]
    bad = [play(Truth(600, cases.CANARY, green_errors=0.02, green_requests=1_000), seed) for seed in range(30)]
    slow = [play(Truth(1_000, cases.BLUE_GREEN, green_latency=1.5), seed) for seed in range(30)]
    assert sum(map(tally.is_called_worse, good)) <= 1
    assert sum(each.how == "passed" for each in bad) <= 3
    assert sum(each.how == "passed" for each in slow) <= 4
