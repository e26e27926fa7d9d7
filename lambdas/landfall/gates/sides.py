"""Compares a minute of green with blue in the same minute, or with blue's earlier minutes if blue has no traffic."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from statistics import median

from landfall.gates import evidence
from landfall.gates.evidence import Rates, Slow
from landfall.gates.traffic_series import Minute

LEAST_TIMED = 20
"""A p95 of fewer requests is the slowest of them: it is far lower than that of many."""
STEADY = 200
"""How many requests blue's share of errors in all its minutes counts for, beside its share in one minute."""
HARMLESS_ERRORS = 1 / 3
"""A share of errors up to a third of what counts as worse is harmless."""
HARMLESS_LATENCY = 1 / 4
"""A p95 that is higher by a quarter of what counts as worse (of its logarithm) is harmless: 1.1 times for 1.5 times."""


def share(minutes: Sequence[Minute]) -> float:
    """Return the share of errors, half an error added: no errors in 60 requests say less than none in 9,000."""
    return (sum(each.errors for each in minutes) + 0.5) / (sum(each.requests for each in minutes) + 1)


class Errors:
    """What share of errors is harmless in a minute of green, and what is worse, by blue's."""

    def __init__(self, blue: Sequence[Minute], times: float, points: float, bursts: float) -> None:
        self._usual = share(blue)
        self._then = {each.start: each for each in blue}
        self._times, self._points, self._bursts = times, points, bursts

    @property
    def rates(self) -> Rates:
        """Return the shares by all of blue's minutes."""
        return self._rates(self._usual)

    def ratio(self, green: Minute) -> float:
        """Return the logarithm of a minute's ratio."""
        then = self._then.get(green.start)
        if then is None:
            rates, limit = self.rates, evidence.ALONE_LIMIT
        else:
            now = (then.errors + STEADY * self._usual) / (then.requests + STEADY)
            rates, limit = self._rates(max(self._usual, now)), evidence.ERRORS_LIMIT
        return evidence.of_errors(green.requests, green.errors, rates, self._bursts, limit)

    def _rates(self, blue: float) -> Rates:
        worse = min(self._times * blue + self._points, 1.0)
        return Rates(worse * HARMLESS_ERRORS, worse)


class Latency:
    """How slow is harmless in a minute of green, and how slow is worse, by blue's p95."""

    def __init__(self, blue: Sequence[Minute], times: float, seconds: float) -> None:
        timed = [each for each in blue if is_timed(each)]
        self._then: Mapping[datetime, Minute] = {each.start: each for each in timed}
        self._times, self._seconds = times, seconds
        logs = [math.log(each.p95 or 0) for each in timed]
        self.usual = math.exp(median(logs)) if logs else None
        self._moves = evidence.variance(logs)

    def compared(self, green: Sequence[Minute]) -> list[Slow]:
        """Return each minute of green that can be compared."""
        return [slow for each in green if is_timed(each) and (slow := self._slow(each))]

    def _slow(self, green: Minute) -> Slow | None:
        then = self._then.get(green.start)
        if self.usual is None:
            return None
        blue, p95 = (then.p95 if then else self.usual) or 0, green.p95 or 0
        if blue < p95 < blue + self._seconds:
            p95 = blue
        chance = evidence.sampling(then.p50 or 0, then.p95 or 0, then.requests) if then else self._moves
        own = evidence.OWN_VARIANCE + evidence.sampling(green.p50 or 0, green.p95 or 0, green.requests)
        worse = math.log(self._times)
        excess = math.log(p95 / blue) - HARMLESS_LATENCY * worse
        return Slow(excess, worse * (1 - HARMLESS_LATENCY), own + chance)


def is_timed(minute: Minute) -> bool:
    """Say whether a minute's p95 says something."""
    return minute.requests >= LEAST_TIMED and bool(minute.p50) and bool(minute.p95)
