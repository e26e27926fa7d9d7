"""Which minutes tell how slow a side was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from landfall.gates.traffic_series import Minute

LEAST_TIMED = 20
"""With fewer requests, p95 is the slowest of them, and far lower than the p95 of many."""


@dataclass(frozen=True)
class Timed:
    """A minute with enough requests for a p95, in seconds. Neither p50 nor p95 is 0: each has a logarithm."""

    start: datetime
    requests: int
    p50: float
    p95: float


def timed(minutes: Iterable[Minute]) -> tuple[Timed, ...]:
    """Return the minutes whose p95 says something."""
    return tuple(
        Timed(each.start, each.requests, each.p50, each.p95)
        for each in minutes
        if each.requests >= LEAST_TIMED and each.p50 and each.p95
    )
