"""The deployments that `make evaluator` plays: what is true of each, and how many of each there are."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.campaigns.evaluator.generator import BURSTS, OWN_MINUTE, Incident, Truth

BLUE_GREEN, CANARY = (100,), (5, 100)
TEN = tuple(range(10, 101, 10))
STEPS_OF_3 = (*range(3, 100, 3), 100)
"""LINEAR at 3 %: 34 gates."""
PLANS = ((BLUE_GREEN, 40), (CANARY, 40), (TEN, 15), (STEPS_OF_3, 5))
"""The gates, and of how many deployments in 100."""
RATES = (300, 1_000, 3_000, 10_000)
BASE_ERRORS = (0.0, 0.001, 0.01)
FIRST_SEED = 1_000_000
"""The rule was tuned on seeds below 1,000. These are others."""


@dataclass(frozen=True)
class Case:
    """One deployment: what is true, and its seed."""

    truth: Truth
    seed: int


def good(number: int, *, wild: bool = False) -> Iterator[Case]:
    """Yield deployments without a fault, at several rates and shares of errors."""
    for seed, gates in _planned(number):
        truth = Truth(RATES[seed % len(RATES)], gates, errors=BASE_ERRORS[seed // 4 % len(BASE_ERRORS)])
        yield Case(_wild(truth) if wild else truth, seed)


def with_errors(number: int, *, wild: bool = False) -> Iterator[Case]:
    """Yield deployments with 2 % of errors instead of 0.1 %, and 1,000 requests to green over all gates."""
    for seed, gates in _planned(number):
        truth = Truth(600, gates, green_errors=0.02, green_requests=1_000, cold=False)
        yield Case(_wild(truth) if wild else truth, seed)


def slow(number: int, *, wild: bool = False) -> Iterator[Case]:
    """Yield deployments whose p95 is 1.5 times as high, with 1,000 requests a minute to the service."""
    for seed, gates in _planned(number):
        truth = Truth(1_000, gates, green_latency=1.5, cold=False)
        yield Case(_wild(truth) if wild else truth, seed)


def slow_of_few(number: int) -> Iterator[Case]:
    """Yield slow deployments with 1,000 requests to green over one or two gates."""
    for seed in range(FIRST_SEED, FIRST_SEED + number):
        gates = (BLUE_GREEN, CANARY)[seed % 2]
        yield Case(Truth(600, gates, green_latency=1.5, green_requests=1_000, cold=False), seed)


def in_an_incident(number: int, *, green_errors: float | None = None) -> Iterator[Case]:
    """Yield deployments while both sides fail 2 % instead of 0.1 %: since 3 to 30 minutes before green's first request.

    `green_errors`: what green would have without the incident, which makes that 20 times as high.
    """
    for seed, gates in _planned(number):
        incident = Incident(-3 - seed // 4 % 28)
        yield Case(Truth(RATES[seed % 4], gates, incident=incident, green_errors=green_errors), seed)


def in_a_slow_incident(number: int) -> Iterator[Case]:
    """Yield deployments while both sides take twice as long: since 3 to 30 minutes before green's first request."""
    for seed, gates in _planned(number):
        incident = Incident(-3 - seed // 4 % 28, errors_times=1.0, latency_times=2.0)
        yield Case(Truth(RATES[seed % 4], gates, incident=incident), seed)


def in_a_late_incident(number: int) -> Iterator[Case]:
    """Yield blue/green deployments in which blue shows the incident for one or two minutes before the shift."""
    for seed in range(FIRST_SEED, FIRST_SEED + number):
        yield Case(Truth(RATES[seed % 4], BLUE_GREEN, incident=Incident(-1 - seed // 4 % 2)), seed)


def after_a_burst(number: int) -> Iterator[Case]:
    """Yield deployments with 2 % of errors and 1,000 requests to green; blue had 2 % in its last one to three minutes.

    The trouble ends when green gets its first request.
    """
    for seed, gates in _planned(number):
        burst = Incident(-1 - seed % 3, ends=0)
        yield Case(Truth(600, gates, green_errors=0.02, green_requests=1_000, cold=False, incident=burst), seed)


def with_log_errors(number: int, green: float) -> Iterator[Case]:
    """Yield deployments with 0.5 % of errors among blue's lines, and this share among green's."""
    for seed, gates in _planned(number):
        yield Case(Truth(RATES[seed % 4], gates, log_errors=0.005, green_log_errors=green), seed)


def _planned(number: int) -> Iterator[tuple[int, tuple[int, ...]]]:
    plan = [gates for gates, of_100 in PLANS for _ in range(of_100)]
    for seed in range(FIRST_SEED, FIRST_SEED + number):
        yield seed, plan[seed * 37 % len(plan)]


def _wild(truth: Truth) -> Truth:
    return replace(truth, bursts=3 * BURSTS, own_minute=OWN_MINUTE * math.sqrt(3))
