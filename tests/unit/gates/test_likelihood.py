"""The ratios and their sum, by numbers that can be worked out by hand; and the bars that were tuned by simulation."""

from __future__ import annotations

import math

import pytest

from landfall.gates import likelihood
from landfall.gates.likelihood import Rates, Slow


def test_what_was_tuned_by_simulation() -> None:
    """docs/decisions/0118 has these numbers, and what `make evaluator` measured with them."""
    assert math.exp(likelihood.BAR) == pytest.approx(250)
    assert math.exp(likelihood.LOGS_BAR) == pytest.approx(500)
    assert math.exp(likelihood.LEANING) == pytest.approx(1 / 4)
    assert math.exp(likelihood.SURE) == pytest.approx(1 / 60)
    assert (likelihood.BURSTS, likelihood.LOG_BURSTS) == (0.002, 0.02)
    assert math.sqrt(likelihood.OWN_VARIANCE) == pytest.approx(0.12)


@pytest.mark.parametrize(
    ("limit", "minutes"), [(likelihood.ERRORS_LIMIT, 2), (likelihood.LATENCY_LIMIT, 3), (likelihood.ALONE_LIMIT, 4)]
)
def test_how_many_minutes_it_takes(limit: float, minutes: int) -> None:
    """No single minute decides: two of errors, three of latency, four of errors that blue had no traffic beside."""
    assert (minutes - 1) * limit < likelihood.BAR < minutes * limit
    assert limit / likelihood.BAR in (pytest.approx(0.6), pytest.approx(0.4), pytest.approx(0.3))


@pytest.mark.parametrize(
    ("minute", "share"), [(1, 0.5), (2, 0.0872077), (3, 0.0378446), (10, 0.0045845), (100, 0.00015913)]
)
def test_the_shares(minute: int, share: float) -> None:
    """Half for the first minute; 0.5 / (n (1 + log n)^2) for the others, which all together come to less than 1."""
    assert likelihood.share(minute) == pytest.approx(share, rel=1e-4)


def test_without_minutes_the_first_share_is_left() -> None:
    """Nothing was seen, so a half stays, which is sure enough for no gate; what earlier gates left stays as it was."""
    assert math.exp(likelihood.added(None, [], 1)) == pytest.approx(0.5)
    assert math.exp(likelihood.added(None, [], 40)) == pytest.approx(0.5)
    assert likelihood.added(-2.5, [], 40) == -2.5


TWICE, HALF = math.log(2), math.log(0.5)


@pytest.mark.parametrize(
    ("before", "ratios", "first", "product"),
    [
        (None, [TWICE], 1, 2 * 0.5),
        (None, [HALF], 1, 0.5 * 0.5),
        (None, [TWICE, HALF], 1, 2 * 0.5 * 0.5 + 0.5 * 0.0872077),
        (None, [TWICE, TWICE, TWICE], 1, 8 * 0.5 + 4 * 0.0872077 + 2 * 0.0378446),
        (math.log(3), [TWICE], 2, 2 * 3 + 2 * 0.0872077),
        (math.log(3), [TWICE, HALF], 2, 0.5 * 2 * 3 + 0.5 * 2 * 0.0872077 + 0.5 * 0.0378446),
        (math.log(1e-9), [TWICE], 10, 2 * 0.0045845),
        (None, [TWICE], 100, 2 * 0.00015913),
    ],
)
def test_a_product_begins_in_every_minute(
    before: float | None, ratios: list[float], first: int, product: float
) -> None:
    """All are added up, each with the share of the minute in which it began; the one before goes on with all of it."""
    assert math.exp(likelihood.added(before, ratios, first)) == pytest.approx(product, rel=1e-4)


def test_no_evidence_is_too_large_to_add() -> None:
    """Logarithms far beyond what a float can have as a product."""
    assert likelihood.added(2_000.0, [5.0], 7) == pytest.approx(2_005.0)
    assert likelihood.added(-2_000.0, [5.0], 1) == pytest.approx(5.0 + HALF)


RATES = Rates(0.002, 0.006)


@pytest.mark.parametrize(
    ("requests", "errors", "ratio"),
    [
        (0, 0, 1),
        (1_000, 0, 1 / 9),
        (1_000, 1, 3 / 9),
        (1_000, 2, 6 / 9),
        (1_000, 3, 10 / 9),
        (500, 0, 1 / 4),
        (500, 2, 6 / 4),
        (500, 3, 10 / 4),
    ],
)
def test_the_ratio_of_a_minute_of_errors(requests: int, errors: int, ratio: float) -> None:
    """Negative binomials with 1 and 3 successes: (e + 2)(e + 1) / 2, by the square of 1 + requests x bursts."""
    found = likelihood.of_errors(requests, errors, RATES, 0.002, 99.0)
    assert math.exp(found) == pytest.approx(ratio)


def test_the_ratio_where_harmless_is_not_one_success() -> None:
    """Of 3 and 4 successes: (e + 3) / 3, by 1 + requests x bursts."""
    assert math.exp(likelihood.of_errors(1_000, 3, Rates(0.006, 0.008), 0.002, 99.0)) == pytest.approx(2 / 3)


@pytest.mark.parametrize(("limit", "ratio"), [(2.0, math.exp(2.0)), (9.0, 102 * 101 / 2 / 9)])
def test_one_minute_of_errors_counts_up_to_a_limit(limit: float, ratio: float) -> None:
    """However many errors it has: they come together."""
    assert math.exp(likelihood.of_errors(1_000, 100, RATES, 0.002, limit)) == pytest.approx(ratio)


@pytest.mark.parametrize(
    ("excess", "worse", "variance", "ratio"),
    [
        (0.5, 0.5, 0.25, 0.5),
        (0.0, 0.5, 0.25, -0.5),
        (0.25, 0.5, 0.25, 0.0),
        (0.5, 0.5, 0.125, 1.0),
        (0.5, 1.0, 0.25, 0.0),
        (-1.0, 0.5, 0.25, -2.5),
        (9.0, 0.5, 0.25, likelihood.LATENCY_LIMIT),
    ],
)
def test_the_ratio_of_a_minute_of_latency(excess: float, worse: float, variance: float, ratio: float) -> None:
    """Halfway between harmless and worse says nothing; a minute that is very slow counts up to the limit."""
    assert likelihood.of_latency(Slow(excess, worse, variance)) == pytest.approx(ratio)


Z95 = 1.6448536
"""The quantile of the normal distribution at 0.95; its density there is 0.1031356."""


@pytest.mark.parametrize(
    ("p50", "p95", "requests", "variance"),
    [
        (0.1, 0.1 * math.exp(Z95), 1, 0.0475 / 0.1031356**2),
        (0.1, 0.1 * math.exp(Z95), 100, 0.0446557),
        (0.1, 0.1 * math.exp(2 * Z95), 100, 4 * 0.0446557),
        (3.0, 3.0 * math.exp(Z95 / 2), 20, 0.25 * 0.2232783),
        (0.1, 0.1, 100, 0.0),
        (0.2, 0.1, 100, 0.0),
    ],
)
def test_how_much_a_p95_varies_by_chance(p50: float, p95: float, requests: int, variance: float) -> None:
    """Asymptotically: q (1 - q) / density squared, by the number of requests, times how wide the lognormal is."""
    assert likelihood.sampling(p50, p95, requests) == pytest.approx(variance, rel=1e-5)


@pytest.mark.parametrize(
    ("values", "spread", "variance"),
    [((), 0, 0), ((5.0,), 0, 0), ((5.0, 8.0), 4.5, 4.5), ((1.0, 2.0, 6.0), 14, 7), ((2.0, 2.0, 2.0, 6.0), 12, 4)],
)
def test_the_spread_of_values(values: tuple[float, ...], spread: float, variance: float) -> None:
    """Of fewer than two there is none: one minute of blue says nothing of its ups and downs."""
    assert likelihood.spread(values) == pytest.approx(spread)
    assert likelihood.variance(values) == pytest.approx(variance)
