"""The evaluator, by the cases that people reported, and by a short form of `make evaluator`."""

from __future__ import annotations

import pytest

from landfall.gates import likelihood
from landfall.gates.traffic_series import BAKE, Evidence
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
