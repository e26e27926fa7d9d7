"""Random numbers of the distributions that traffic has, from the standard library alone."""

from __future__ import annotations

import math
from random import Random
from statistics import NormalDist

_NORMAL = NormalDist()
_EXACT = 50
"""Counts with a larger mean are drawn from the normal distribution, which is close enough there."""


def poisson(rng: Random, mean: float) -> int:
    """Return a Poisson count."""
    if mean > _EXACT:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    count, product, limit = 0, rng.random(), math.exp(-mean)
    while product > limit:
        count += 1
        product *= rng.random()
    return count


def binomial(rng: Random, number: int, rate: float) -> int:
    """Return a binomial count: jumps from success to success, so it takes as many draws as there are successes."""
    if rate <= 0 or number == 0:
        return 0
    if rate >= 1:
        return number
    if number * min(rate, 1 - rate) > _EXACT:
        drawn = rng.gauss(number * rate, math.sqrt(number * rate * (1 - rate)))
        return min(number, max(0, round(drawn)))
    count, at, scale = 0, 0, math.log1p(-rate)
    while True:
        at += int(math.log(1.0 - rng.random()) / scale) + 1
        if at > number:
            return count
        count += 1


def beta_binomial(rng: Random, number: int, rate: float, correlation: float) -> int:
    """Return a count with variance 1 + (number - 1) x correlation times that of a binomial count."""
    if rate <= 0 or number == 0:
        return 0
    if correlation <= 0 or rate >= 1:
        return binomial(rng, number, rate)
    spread = 1 / correlation - 1
    return binomial(rng, number, rng.betavariate(rate * spread, (1 - rate) * spread))


def ranks(rng: Random, number: int, low: float, high: float) -> tuple[float, float]:
    """Return the ranks between 0 and 1, in the whole distribution, of two percentiles of a sample of `number`."""
    first, second = max(1, math.ceil(low * number)), max(1, math.ceil(high * number))
    one = rng.betavariate(first, number + 1 - first)
    two = one if first == second else one + (1 - one) * rng.betavariate(second - first, number + 1 - second)
    return one, two


def standard(rank: float) -> float:
    """Return the standard normal value of a rank."""
    return _NORMAL.inv_cdf(min(max(rank, 1e-9), 1 - 1e-9))
