"""Compares a minute of green with blue's same minute, blue's usual minutes, and blue's latest minutes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from statistics import median

from landfall.gates import lately, likelihood
from landfall.gates.lately import Lately
from landfall.gates.likelihood import Rates, Slow
from landfall.gates.traffic_series import Minute

LEAST_TIMED = 20
"""With fewer requests, p95 is the slowest of them, and far lower than the p95 of many."""
STEADY = 200
"""The weight, in requests, of blue's share of errors in all its minutes, beside its share in one minute."""
HARMLESS_ERRORS = 1 / 3
"""A share of errors up to a third of what counts as worse is harmless."""
HARMLESS_LATENCY = 1 / 4
"""A p95 that is higher by a quarter of what counts as worse (of its logarithm) is harmless: 1.1 times for 1.5 times."""


def share(minutes: Sequence[Minute]) -> float:
    """Return the share of errors, half an error added: no errors in 60 requests say less than none in 9,000."""
    return (sum(each.errors for each in minutes) + 0.5) / (sum(each.requests for each in minutes) + 1)


class Errors:
    """The harmless and the worse share of errors for a minute of green, derived from blue."""

    def __init__(self, blue: Sequence[Minute], times: float, points: float, bursts: float) -> None:
        self._blue, self._usual = blue, share(blue)
        self._then = {each.start: each for each in blue}
        self._times, self._points, self._bursts = times, points, bursts
        before = self._rates(share(lately.earlier(blue)))
        own = [likelihood.of_errors(m.requests, m.errors, before, bursts, likelihood.ALONE_LIMIT) for m in blue]
        self._lately = Lately(blue, own)

    @property
    def rates(self) -> Rates:
        """Return the shares by all of blue's minutes."""
        return self._rates(self._usual)

    def ratio(self, green: Minute) -> float:
        """Return the logarithm of a minute's ratio."""
        then, usual = self._then.get(green.start), self.usual(green.start)
        now = (then.errors + STEADY * usual) / (then.requests + STEADY) if then else usual
        limit = likelihood.ERRORS_LIMIT if then else likelihood.ALONE_LIMIT
        return likelihood.of_errors(green.requests, green.errors, self._rates(max(usual, now)), self._bursts, limit)

    def usual(self, until: datetime) -> float:
        """Return blue's share of errors up to a minute: in all its minutes, or since an incident began."""
        return max(self._usual, share(self.compared(until)))

    def compared(self, until: datetime) -> Sequence[Minute]:
        """Return the minutes of blue that green is compared with in a minute: all, or those since an incident began."""
        return self._lately.incident(until) or self._blue

    def worse(self, until: datetime) -> float:
        """Return the share of errors that is worse in a minute, by the minutes that green is compared with."""
        return self._rates(self.usual(until)).worse

    def _rates(self, blue: float) -> Rates:
        worse = min(self._times * blue + self._points, 1.0)
        return Rates(worse * HARMLESS_ERRORS, worse)


class Latency:
    """The harmless and the worse latency for a minute of green, derived from blue's p95."""

    def __init__(self, blue: Sequence[Minute], times: float, seconds: float) -> None:
        timed = [each for each in blue if is_timed(each)]
        self._then: Mapping[datetime, Minute] = {each.start: each for each in timed}
        self._times, self._seconds = times, seconds
        logs = [math.log(each.p95 or 0) for each in timed]
        self.usual = math.exp(median(logs)) if logs else None
        self._moves = likelihood.variance(logs)
        first = logs[: len(lately.earlier(logs))]
        before = (math.exp(median(first)) if first else 0, likelihood.variance(first))
        own = [likelihood.of_latency(self._against(each, *before)) for each in timed]
        self._timed, self._lately = timed, Lately(timed, own)

    def compared(self, green: Sequence[Minute]) -> list[Slow]:
        """Return each minute of green that can be compared."""
        return [slow for each in green if is_timed(each) and (slow := self._slow(each))]

    def _slow(self, green: Minute) -> Slow | None:
        then = self._then.get(green.start)
        if self.usual is None:
            return None
        if then is None:
            return self._against(green, *self._latest(green.start, self.usual))
        return self._against(green, then.p95 or 0, likelihood.sampling(then.p50 or 0, then.p95 or 0, then.requests))

    def _latest(self, until: datetime, usual: float) -> tuple[float, float]:
        """Return blue's p95 up to a minute, and its variance: of all its minutes, or since an incident began.

        The incident itself does not count as noise: the variance is that of the minutes before and after its beginning.
        """
        incident = self._lately.incident(until)
        if not incident:
            return usual, self._moves
        logs = [math.log(each.p95 or 0) for each in incident]
        before = [math.log(each.p95 or 0) for each in self._timed if each.start < incident[0].start]
        noise = likelihood.variance(logs) * (len(logs) - 1) + likelihood.variance(before) * max(len(before) - 1, 0)
        return math.exp(median(logs)), noise / max(len(logs) + len(before) - 2, 1)

    def _against(self, minute: Minute, blue: float, chance: float) -> Slow:
        p95 = minute.p95 or 0
        if blue < p95 < blue + self._seconds:
            p95 = blue
        own = likelihood.OWN_VARIANCE + likelihood.sampling(minute.p50 or 0, minute.p95 or 0, minute.requests)
        worse = math.log(self._times)
        excess = math.log(p95 / blue) - HARMLESS_LATENCY * worse
        return Slow(excess, worse * (1 - HARMLESS_LATENCY), own + chance)


def is_timed(minute: Minute) -> bool:
    """Say whether a minute has enough requests for its p95 to count."""
    return minute.requests >= LEAST_TIMED and bool(minute.p50) and bool(minute.p95)
