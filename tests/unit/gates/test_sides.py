"""What green is compared with in a minute: blue's same minute, its hour or its incident; and what is worse by it."""

from __future__ import annotations

import math

import pytest

from landfall.gates import likelihood, sides
from landfall.gates.likelihood import Rates, Slow
from landfall.gates.sides import Errors, Latency
from landfall.gates.traffic_series import Minute
from tests.support.gate_traffic import BEGAN, MINUTE, NONE


def test_what_was_tuned_by_simulation() -> None:
    """docs/decisions/0118 has the thirds and fourths; `make evaluator` measured what they promise."""
    assert (sides.STEADY, sides.HARMLESS_ERRORS, sides.HARMLESS_LATENCY) == (200, 1 / 3, 1 / 4)


def at(minute: int, requests: int, errors: int = 0) -> Minute:
    """Return a minute, so long after the gate began."""
    return Minute(BEGAN + minute * MINUTE, requests, errors)


@pytest.mark.parametrize(
    ("minutes", "share"),
    [((), 0.5), ((at(0, 999),), 0.0005), ((at(0, 99, 4), at(1, 900, 5)), 0.0095), ((at(0, 59),), 1 / 120)],
)
def test_the_share_of_errors(minutes: tuple[Minute, ...], share: float) -> None:
    """Half an error is added, so no errors of few requests are not as good as none of many."""
    assert sides.share(minutes) == pytest.approx(share)


ONE_PERCENT = (at(-60, 99, 4), at(-59, 900, 5))


@pytest.mark.parametrize(
    ("times", "points", "worse"), [(4.0, 0.005, 0.043), (1.0, 0.0, 0.0095), (2.0, 0.3, 0.319), (200.0, 0.5, 1.0)]
)
def test_what_is_worse_by_the_settings(times: float, points: float, worse: float) -> None:
    """So many times blue's share and points more, and no share above 1; harmless is a third of it."""
    errors = Errors(ONE_PERCENT, times, points, 0.002)
    assert (errors.rates.worse, errors.rates.harmless) == pytest.approx((worse, worse / 3))
    assert errors.worse(BEGAN) == pytest.approx(worse)
    assert errors.usual(BEGAN) == pytest.approx(0.0095)
    assert errors.compared(BEGAN) == ONE_PERCENT


BESIDE = (at(-60, 9_199, 8), at(0, 800, 1), at(1, 800, 0))
"""Blue has 9.5 of 10,800 in all; beside green's first minute it has more, and beside the second less."""


@pytest.mark.parametrize(
    ("minute", "share", "limit"),
    [
        (0, (1 + 200 * 9.5 / 10_800) / 1_000, likelihood.ERRORS_LIMIT),
        (1, 9.5 / 10_800, likelihood.ERRORS_LIMIT),
        (2, 9.5 / 10_800, likelihood.ALONE_LIMIT),
    ],
)
def test_a_minute_of_green_is_compared_with_blues_same_minute(minute: int, share: float, limit: float) -> None:
    """If blue is worse there than usual, so may green be. Where blue has no such minute, green's counts for less."""
    errors = Errors(BESIDE, 4.0, 0.005, 0.002)
    worse = 4 * share + 0.005
    for count in (0, 1, 2):
        expected = likelihood.of_errors(300, count, Rates(worse / 3, worse), 0.002, limit)
        assert errors.ratio(at(minute, 300, count)) == pytest.approx(expected, rel=1e-9)
    assert errors.ratio(at(minute, 300, 200)) == limit


def test_bursts_are_as_the_comparison_says() -> None:
    """Errors among lines come together more than errors of requests do."""
    one, ten = (Errors(BESIDE, 4.0, 0.005, bursts).ratio(at(2, 300, 4)) for bursts in (0.002, 0.02))
    rates = Errors(BESIDE, 4.0, 0.005, 0.002).rates
    assert one == pytest.approx(min(likelihood.of_errors(300, 4, rates, 0.002, 99), likelihood.ALONE_LIMIT))
    assert ten == pytest.approx(likelihood.of_errors(300, 4, rates, 0.02, likelihood.ALONE_LIMIT))
    assert ten < one


def test_an_incident_of_blue_is_what_green_is_compared_with() -> None:
    """Blue has 10 % since five minutes before the gate: green is compared with those, and what is worse goes up."""
    blue = tuple(at(n, 300, 30 if n >= -5 else 0) for n in range(-60, 0))
    errors = Errors(blue, 4.0, 0.005, 0.002)
    assert errors.compared(BEGAN) == blue[-5:]
    assert errors.usual(BEGAN) == pytest.approx(150.5 / 1_501)
    assert errors.worse(BEGAN) == pytest.approx(4 * 150.5 / 1_501 + 0.005)
    assert errors.rates.worse == pytest.approx(4 * 150.5 / 18_001 + 0.005)
    early = BEGAN - 3 * MINUTE
    assert errors.compared(early) == blue
    assert errors.usual(early) == pytest.approx(150.5 / 18_001)


LOG2 = math.log(2)
OWN = 0.0144
"""The variance of two sides of one release (likelihood.OWN_VARIANCE)."""


def slow(minute: int, p95: float, p50: float | None = None, requests: int = 100) -> Minute:
    """Return a minute of latency; its p95 is sure where it is p50, too."""
    return Minute(BEGAN + minute * MINUTE, requests, 0, p50 or p95, p95)


def compared(blue: tuple[Minute, ...], green: Minute, seconds: float = 0.0) -> Slow:
    """Compare one minute of green. Sixteen times blue's p95 is worse, so twice is harmless."""
    (found,) = Latency(blue, 16.0, seconds).compared([green])
    assert found.worse == pytest.approx(3 * LOG2)
    return found


def test_latency_is_compared_with_blues_same_minute() -> None:
    """As far above harmless as the logarithms say; both sides' chance adds to their own ups and downs."""
    blue = (slow(-1, 8.0), slow(0, 0.25), slow(1, 0.25, 0.125, 400))
    sure = compared(blue, slow(0, 1.0))
    assert (sure.excess, sure.variance) == pytest.approx((LOG2, OWN))
    unsure = compared(blue, slow(1, 1.0, 0.5))
    chance = likelihood.sampling(0.5, 1.0, 100) + likelihood.sampling(0.125, 0.25, 400)
    assert (unsure.excess, unsure.variance) == pytest.approx((LOG2, OWN + chance))
    assert compared(blue, slow(0, 0.125)).excess == pytest.approx(-2 * LOG2)


def test_without_the_same_minute_it_is_compared_with_blues_hour() -> None:
    """With the median, and with all ups and downs of blue's minutes as noise; a minute of 19 requests is none."""
    blue = (slow(-4, 0.25), slow(-3, 1.0), slow(-2, 0.5), slow(0, 9.0, requests=19))
    found = compared(blue, slow(0, 2.0))
    assert (found.excess, found.variance) == pytest.approx((LOG2, OWN + LOG2**2))
    assert Latency(blue, 16.0, 0.0).usual == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("p95", "ratio"), [(0.25, 1.0), (0.3749, 1.0), (0.375, 1.5), (0.5, 2.0), (0.125, 0.5), (0.2, 0.8)]
)
def test_a_difference_that_nobody_feels_is_none(p95: float, ratio: float) -> None:
    """Less than the setting's seconds above blue is as blue; faster than blue is faster."""
    assert compared((slow(0, 0.25),), slow(0, p95), 0.125).excess == pytest.approx(math.log(ratio) - LOG2)


def test_what_cannot_be_compared_is_left_out() -> None:
    """Minutes of few requests on either side: they neither pass nor stop a release."""
    unknown = Latency((slow(0, 0.25, requests=19),), 16.0, 0.0)
    assert (unknown.usual, unknown.compared([slow(0, 1.0)])) == (None, [])
    assert Latency(NONE, 16.0, 0.0).compared([slow(0, 1.0)]) == []
    known = Latency((slow(0, 0.25),), 16.0, 0.0)
    assert len(known.compared([slow(0, 1.0), slow(1, 1.0, requests=19), slow(2, 1.0)])) == 2


def test_a_slow_incident_of_blue_is_what_green_is_compared_with() -> None:
    """With its median; the noise is that of the minutes on either side of its beginning, and not the step into it."""
    before, after = (0.5, *[0.25] * 7), (1.0, 1.0, 1.0, 2.0, 1.0)
    blue = tuple(slow(n - 13, p95) for n, p95 in enumerate((*before, *after)))
    latency = Latency(blue, 1.5, 0.0)
    (found,) = latency.compared([slow(0, 2.0)])
    assert found.excess == pytest.approx(LOG2 - math.log(1.5) / 4)
    assert found.worse == pytest.approx(math.log(1.5) * 3 / 4)
    assert found.variance == pytest.approx(OWN + (7 / 8 + 4 / 5) * LOG2**2 / 11)
    assert latency.usual == pytest.approx(0.25)
