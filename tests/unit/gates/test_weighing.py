"""What each comparison weighs: at the bar and one beside it, which minutes count, and what a gate waits for."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from landfall.gates import likelihood, weighing
from landfall.gates.likelihood import Rates
from landfall.gates.traffic_series import Evidence, Minute
from landfall.gates.weighing import Weighed
from landfall.settings.traffic import Traffic
from tests.support.gate_traffic import HOUR, NONE, minutes

ABOVE = 1e-9
"""The smallest step that these tests tell apart."""
HALF = Rates(0.25, 0.75)
"""Without an error, a request weighs a half against worse."""


def weighed(score: float, had: int = 0, rates: Rates | None = None, *, judged: bool = True) -> Weighed:
    """Return evidence with a bar of 5."""
    return Weighed(score, 5.0, "CODE", lambda: "told", had, judged, rates)


def test_what_was_tuned_by_simulation() -> None:
    """These numbers are docs/decisions/0118's and 0127's: `make evaluator` measured what they promise."""
    assert (weighing.REFUSED_TIMES, weighing.REFUSED_POINTS) == (3.0, 0.3)
    assert (weighing.DOUBT, round(math.exp(weighing.DOUBT_OF_FEW), 9)) == (0.0, 30.0)
    assert weighing.COLD_MINUTES == 2


def test_the_codes_are_what_programs_read() -> None:
    """Pages, alarms and the record name them."""
    codes = (weighing.ERRORS_WORSE, weighing.REFUSALS_WORSE, weighing.LATENCY_WORSE, weighing.LOG_ERRORS_WORSE)
    assert codes == ("ERRORS_WORSE", "REFUSALS_WORSE", "LATENCY_WORSE", "LOG_ERRORS_WORSE")


@pytest.mark.parametrize(("score", "proof"), [(5.0 - ABOVE, False), (5.0, False), (5.0 + ABOVE, True)])
def test_proof_is_above_the_bar(score: float, proof: bool) -> None:
    """The promise holds for what is larger than the bar; evidence at the bar takes no release back."""
    assert weighed(score).is_proof == proof


LOG30 = math.log(30)


@pytest.mark.parametrize(
    ("score", "had", "rates", "doubt"),
    [
        (0.0, 100, None, False),
        (ABOVE, 100, None, True),
        (ABOVE, 99, None, False),
        (LOG30, 99, None, False),
        (LOG30 + ABOVE, 99, None, True),
        (LOG30 + ABOVE, 0, None, True),
        (ABOVE, 100, Rates(0.01, 0.03), True),
        (ABOVE, 99, Rates(0.01, 0.03), False),
        (ABOVE, 347, Rates(0.001, 0.003), True),
        (ABOVE, 346, Rates(0.001, 0.003), False),
        (LOG30, 346, Rates(0.001, 0.003), False),
        (LOG30 + ABOVE, 346, Rates(0.001, 0.003), True),
    ],
)
def test_what_is_doubt(score: float, had: int, rates: Rates | None, doubt: bool) -> None:
    """Above 1 : 1 where the requests could have cleared green (here 100, or 0.693 / 0.002 = 347); else above 30 : 1."""
    assert weighed(score, had, rates).is_doubt(100) == doubt


def test_nothing_had_is_no_doubt_where_none_is_asked_for() -> None:
    """With min_requests = 1, one request without rates is enough, and none is not."""
    assert weighed(ABOVE, 1).is_doubt(1)
    assert not weighed(ABOVE, 0).is_doubt(1)
    assert weighed(ABOVE, 0).is_doubt(0)


@pytest.mark.parametrize(
    ("score", "judged", "below"),
    [(-1.0 - ABOVE, True, True), (-1.0, True, True), (-1.0 + ABOVE, True, False), (-1.0 + ABOVE, False, True)],
)
def test_what_is_below_a_mark(score: float, judged: bool, below: bool) -> None:
    """A gate waits until the evidence is at the mark or below; for what is not judged it does not wait."""
    assert weighed(score, judged=judged).is_below(-1.0) == below


@pytest.mark.parametrize(
    ("score", "rates", "judged", "missing"),
    [
        (-1.0, HALF, True, 0),
        (-1.0 + ABOVE, HALF, True, 1),
        (-0.5, HALF, True, 1),
        (-0.5 + ABOVE, HALF, True, 2),
        (1.0, HALF, True, 4),
        (1.0, HALF, False, 0),
        (1.0, None, True, 0),
    ],
)
def test_how_many_requests_are_missing(score: float, rates: Rates | None, judged: bool, missing: int) -> None:
    """People are told how many requests without an error it takes at least: one weighs worse minus harmless."""
    assert weighed(score, rates=rates, judged=judged).missing(-1.0) == missing


NEW, OLD, OLDER = (
    Evidence(),
    Evidence(-0.5, -0.5, -0.5, 1, 9, 900, -0.5),
    Evidence(-0.5, -0.5, -0.5, 5, 99, 9_900, -0.5),
)
"""A deployment's first gate, and one behind 9 and 99 minutes of green that left evidence of -0.5 each."""
BLUE = minutes(-60, 60, 900, 9)
GOOD = minutes(0, 2, 100)
SOME = (*minutes(0, 1, 100, 1), *minutes(1, 1, 100))

SCORES = [
    (NONE, NEW, -0.6931, -0.6931, -0.6931),
    (NONE, OLD, -0.5, -0.5, -0.5),
    (GOOD, NEW, -4.8607, -13.4265, -5.1040),
    (GOOD, OLD, -5.8717, -16.5219, -6.2410),
    (GOOD, OLDER, -5.9698, -19.6830, -6.3575),
    (SOME, NEW, -4.4279, -9.9911, -4.7199),
    (SOME, OLD, -4.8353, -9.8219, -5.2170),
    (SOME, OLDER, -4.8739, -9.8304, -5.2621),
]
"""Blue's share of errors is 1 %: 4.5 % of 5xx answers is worse, 8 % of lines; of refusals, of which it has none, 30 %.

Green has none, or one error in its first minute, and 60 refusals. The scores are the logarithm of the sum of
likelihood.py: what was left, and a product begun in each minute, with the share of that minute's number.
"""


@pytest.mark.parametrize(("green", "before", "errors", "refusals", "lines"), SCORES)
def test_shares_are_weighed(
    green: tuple[Minute, ...], before: Evidence, errors: float, refusals: float, lines: float
) -> None:
    """Evidence of earlier gates goes on, each way's own; a minute's product has the share of its number in all."""
    refused = tuple(replace(each, refused=60 * each.errors, errors=0) for each in green)
    clean = tuple(replace(each, refused=0) for each in BLUE)
    of_refusals = weighing.of_refusals((clean, refused), before)
    assert of_refusals is not None
    assert of_refusals.score == pytest.approx(refusals, abs=1e-4)
    assert weighing.of_errors((BLUE, green), Traffic(), before).score == pytest.approx(errors, abs=1e-4)
    assert weighing.of_logs((BLUE, green), Traffic(), before).score == pytest.approx(lines, abs=1e-4)


@pytest.mark.parametrize("way", ["errors", "refusals", "log_errors", "latency"])
def test_each_way_takes_its_own_evidence(way: str) -> None:
    """What one way left says nothing of another."""
    before = replace(Evidence(-9.0, -9.0, -9.0, 1, 9, 900, -9.0), **{way: 1.5})  # type: ignore[arg-type]
    refusals = weighing.of_refusals((BLUE, NONE), before)
    assert refusals is not None
    scores = {
        "errors": weighing.of_errors((BLUE, NONE), Traffic(), before).score,
        "refusals": refusals.score,
        "log_errors": weighing.of_logs((BLUE, NONE), Traffic(), before).score,
        "latency": weighing.of_latency((BLUE, NONE), Traffic(), before).score,
    }
    assert scores == {**dict.fromkeys(scores, -9.0), way: 1.5}


def test_what_proves_and_what_a_gate_waits_for() -> None:
    """1 of 250 for errors and latency, 1 of 500 for refusals and lines; a gate waits for no line and no refusal."""
    refusals = weighing.of_refusals((BLUE, GOOD), NEW)
    assert refusals is not None
    found = [
        weighing.of_errors((BLUE, GOOD), Traffic(), NEW),
        refusals,
        weighing.of_logs((BLUE, GOOD), Traffic(), NEW),
        weighing.of_latency((BLUE, (*GOOD, *minutes(2, 1, 100))), Traffic(), NEW),
    ]
    assert [(each.code, round(math.exp(each.bar)), each.had, each.judged) for each in found] == [
        ("ERRORS_WORSE", 250, 200, True),
        ("REFUSALS_WORSE", 500, 200, False),
        ("LOG_ERRORS_WORSE", 500, 200, False),
        ("LATENCY_WORSE", 250, 100, True),
    ]
    worse = [each.rates and pytest.approx(each.rates.worse, abs=1e-4) for each in found]
    assert worse == [0.0450, 0.3000, 0.0800, None]
    assert all(each.is_below(likelihood.SURE) for each in found[1:3])


def test_the_settings_say_what_is_worse() -> None:
    """Times blue's share, and points more: of 5xx answers and of lines, each its own."""
    settings = Traffic(errors_times=2.0, errors_points=0.1, log_errors_times=3.0, log_errors_points=0.2)
    errors, lines = (of((BLUE, GOOD), settings, NEW).rates for of in (weighing.of_errors, weighing.of_logs))
    assert errors is not None
    assert lines is not None
    assert [round(errors.worse, 4), round(lines.worse, 4)] == [0.12, 0.23]


@pytest.mark.parametrize(("refused", "judged"), [(0, True), (209, True), (211, False), (900, False)])
def test_a_side_that_refuses_most_is_not_compared(refused: int, judged: bool) -> None:
    """Three times blue's share and 30 points more is nothing that could be, above 23.3 of 100 at blue."""
    blue = tuple(replace(each, refused=refused) for each in BLUE)
    assert (weighing.of_refusals((blue, GOOD), NEW) is not None) == judged


def test_lost_answers_are_weighed_as_errors() -> None:
    """The load balancer's own 502 is green's error (counted_answers.py)."""
    lost = tuple(replace(each, lost=1 if each.errors else 0, errors=0) for each in SOME)
    found = weighing.of_errors((BLUE, lost), Traffic(), NEW)
    assert found.score == pytest.approx(-4.4279, abs=1e-4)
    assert found.reason().startswith("green has 1 of 200 (0.50 %) 5xx answers, blue 540 of 54,000 (1.00 %)")


def test_the_reasons_tell_the_figures() -> None:
    """People see what was counted, of what, beside what, and how much would be worse."""
    refused = tuple(replace(each, refused=60 * each.errors, errors=0) for each in SOME)
    refusals = weighing.of_refusals((BLUE, refused), NEW)
    assert refusals is not None
    found = (
        weighing.of_errors((BLUE, SOME), Traffic(), NEW),
        refusals,
        weighing.of_logs((BLUE, SOME), Traffic(), NEW),
        weighing.of_errors((BLUE, NONE), Traffic(), NEW),
    )
    assert [each.reason() for each in found] == [
        "green has 1 of 200 (0.50 %) 5xx answers, blue 540 of 54,000 (1.00 %); more than 4.50 % is worse",
        "green has 60 of 200 (30.00 %) 4xx answers, blue 0 of 54,000 (0.00 %); more than 30.00 % is worse",
        "green has 1 of 200 (0.50 %) log lines that are errors, blue 540 of 54,000 (1.00 %); more than 8.00 % is worse",
        "green has 0 of 0 5xx answers, blue 540 of 54,000 (1.00 %); more than 4.50 % is worse",
    ]


def test_the_reason_tells_the_incident_up_to_greens_last_minute() -> None:
    """Blue has 2 % since the gate began; the verdict is about green's last minute, so ten minutes are compared."""
    blue = (*minutes(-60, 60, 300), *minutes(0, 12, 300, 6))
    reason = weighing.of_errors((blue, minutes(0, 10, 300, 6)), Traffic(), NEW).reason()
    assert "blue 60 of 3,000 (2.00 %); more than 8.56 % is worse" in reason


POWERS = tuple(Minute(minute.start, 1000 * 2**n, 0, 0.1, 0.3) for n, minute in enumerate(minutes(0, 5, 1)))
"""Each minute has a number of requests of its own: 1,000, 2,000, 4,000 ..."""


@pytest.mark.parametrize(("minutes_before", "requests"), [(0, 28_000), (1, 30_000), (2, 31_000), (3, 31_000)])
def test_which_minutes_are_warm(minutes_before: int, requests: int) -> None:
    """The first two minutes with traffic of the deployment are cold, at whichever gate they are."""
    found = weighing.of_latency((HOUR, POWERS), Traffic(), replace(NEW, minutes=minutes_before))
    assert found.had == requests


@pytest.mark.parametrize(
    ("green", "before", "score"),
    [
        (minutes(0, 4, 100), NEW, -4.2104),
        (minutes(0, 4, 100, p95=0.45), NEW, 2.0456),
        (minutes(0, 2, 100, p95=3.0), NEW, -0.6931),
        (minutes(0, 2, 100), OLD, -4.9242),
        (minutes(0, 2, 100), OLDER, -4.9880),
        (minutes(0, 2, 100, p95=0.45), OLD, 2.2037),
    ],
)
def test_latency_is_weighed(green: tuple[Minute, ...], before: Evidence, score: float) -> None:
    """Blue's p95 is 300 ms: as much speaks for green, 1.5 times as much against it, and cold minutes say nothing."""
    assert weighing.of_latency((BLUE, green), Traffic(), before).score == pytest.approx(score, abs=1e-4)


@pytest.mark.parametrize(
    ("timed", "few", "judged"), [(0, 0, False), (1, 0, True), (0, 1, False), (2, 2, False), (3, 2, True), (2, 3, False)]
)
def test_when_a_gate_waits_for_latency(timed: int, few: int, judged: bool) -> None:
    """It does while more than half of green's minutes have the twenty requests that a p95 takes."""
    green = (*minutes(0, timed, 20), *minutes(timed, few, 19))
    assert weighing.of_latency((BLUE, green), Traffic(), OLD).judged == judged


def test_the_reason_of_latency_tells_the_warm_minutes() -> None:
    """A cold start is not what people shall look at."""
    green = (*minutes(0, 2, 100, p95=3.0), *minutes(2, 3, 100, p95=0.6))
    reason = weighing.of_latency((BLUE, green), Traffic(latency_times=1.7), NEW).reason()
    assert reason == "green's p95 is 600 ms, blue's 300 ms (medians of their minutes); 1.7 times is worse"
