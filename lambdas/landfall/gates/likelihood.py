"""Weighs the evidence that green is worse, minute by minute: how much more likely a minute is if green is worse.

Each minute multiplies the product so far by a ratio of two likelihoods. If green is harmless, the product is ever
larger than 250 in at most 1 of 250 deployments, however long they go on and however often somebody looks (Ville's
inequality for test martingales). If green is worse, it is ever smaller than 1 of 30 in at most 1 of 30 (Wald). So the
number of looks and gates need not be known beforehand.

Green may turn worse late, so a product begins in every minute. They are added up with shares that come to at most 1 in
all, and the sum keeps the first promise. A change after 10 minutes has to weigh 5 units of the logarithm more,
after 100 minutes 8.

No single minute decides: its ratio counts up to a limit. It takes two minutes of errors, and three of latency, beside
the two of a cold start, which don't count. Where blue has no traffic beside green, it takes four minutes of errors:
a fault outside the release, which only blue could show, often lasts as long as three.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

BAR = math.log(250)
"""1 of 250 for errors and for latency each: together with the logs' 1 of 500, at most 1 of 100 deployments."""
LOGS_BAR = math.log(500)
SURE = math.log(1 / 30) + math.log(1 / 2)
"""Below this, green is no worse. The product that began in the first minute has a share of 1 of 2."""
LEANING = math.log(1 / 4)
"""Below this, green is more likely no worse than worse: enough for more traffic, and not for all of it for good."""
ERRORS_LIMIT, ALONE_LIMIT, LATENCY_LIMIT = BAR * 0.6, BAR * 0.3, BAR * 0.4
BURSTS, LOG_BURSTS = 0.002, 0.02
"""How strongly errors of one minute cluster: the variance of a count of n is 1 + n x BURSTS times as large."""
OWN_VARIANCE = 0.12**2
"""How much the logarithm of p95 differs between two sides of one release from minute to minute, beyond sampling."""
_Z95 = NormalDist().inv_cdf(0.95)
_P95 = 0.95 * 0.05 / NormalDist().pdf(_Z95) ** 2
"""The variance of a sample's p95, for one request, in units of the distribution's own (asymptotic, normal)."""


@dataclass(frozen=True)
class Rates:
    """A share of errors that is harmless, and one that is worse."""

    harmless: float
    worse: float


@dataclass(frozen=True)
class Slow:
    """How far a minute's p95 is above a harmless one, how far a worse one is, and the variance. All are logarithms."""

    excess: float
    worse: float
    variance: float


def share(minute: int) -> float:
    """Return the share of the product that begins in a minute, counted from 1. All together they are at most 1."""
    return 0.5 / (minute * (1 + math.log(minute)) ** 2)


def added(before: float | None, ratios: Iterable[float], first: int) -> float:
    """Return the logarithm of the evidence after these minutes, of which `first` is the first one's number."""
    total = before
    for number, ratio in enumerate(ratios, first):
        begun = math.log(share(number))
        total = ratio + (begun if total is None else _sum(total, begun))
    return math.log(share(1)) if total is None else total


def of_errors(requests: int, errors: int, rates: Rates, bursts: float, limit: float) -> float:
    """Return the logarithm of a minute's ratio: Poisson counts whose rates have a gamma distribution, as bursts do."""
    few, many = rates.harmless / bursts, rates.worse / bursts
    lift = math.lgamma(errors + many) - math.lgamma(many) - math.lgamma(errors + few) + math.lgamma(few)
    return min(lift - (many - few) * math.log1p(requests * bursts), limit)


def of_latency(slow: Slow) -> float:
    """Return the logarithm of a minute's ratio: two normal distributions of the logarithm of p95."""
    ratio = (slow.worse * slow.excess - slow.worse**2 / 2) / slow.variance
    return min(ratio, LATENCY_LIMIT)


def sampling(p50: float, p95: float, requests: int) -> float:
    """Return the variance of the logarithm of a minute's p95 by chance, from how far p95 is above p50 (lognormal).

    None of the three is 0.
    """
    shape = math.log(max(p95 / p50, 1.0)) / _Z95
    return _P95 * shape**2 / requests


def _sum(one: float, other: float) -> float:
    most = max(one, other)
    return most + math.log1p(math.exp(min(one, other) - most))


def variance(values: Sequence[float]) -> float:
    """Return the variance of some values; 0 of fewer than two."""
    return spread(values) / max(len(values) - 1, 1)


def spread(values: Sequence[float]) -> float:
    """Return how far some values are from their mean: the sum of the squares; 0 of none."""
    mean = math.fsum(values) / max(len(values), 1)
    return math.fsum((value - mean) ** 2 for value in values)
