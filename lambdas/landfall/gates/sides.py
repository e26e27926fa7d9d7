"""Compares a minute of green with blue's same minute, blue's usual minutes, and blue's latest minutes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from landfall.gates import lately, likelihood
from landfall.gates.lately import Lately
from landfall.gates.likelihood import Rates, Slow
from landfall.gates.timed import Timed, timed
from landfall.gates.traffic_series import Minute

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
        self._timed, self._seconds, self._worse = timed(blue), seconds, math.log(times)
        self._then = {each.start: each for each in self._timed}
        self._level = _level(self._timed)
        before = _level(lately.earlier(self._timed))
        own = [likelihood.of_latency(self._against(each, before)) for each in self._timed if before]
        self._lately = Lately(self._timed, own)

    @property
    def usual(self) -> float | None:
        """Return the median of blue's p95; None if no minute of blue can be compared."""
        return self._level.p95 if self._level else None

    def compared(self, green: Sequence[Minute]) -> list[Slow]:
        """Return each minute of green that can be compared."""
        return [self._against(each, self._blue(each.start, self._level)) for each in timed(green) if self._level]

    def _blue(self, start: datetime, usual: _Level) -> _Level:
        """Return blue's p95 in a minute, or where that can't be compared its latest."""
        then = self._then.get(start)
        return _Level(then.p95, _chance(then)) if then else self._latest(start, usual)

    def _latest(self, until: datetime, usual: _Level) -> _Level:
        """Return blue's p95 up to a minute: of all its minutes, or since an incident began.

        The incident itself does not count as noise: the variance is that of the minutes before and after its beginning.
        """
        incident = self._lately.incident(until)
        if not incident:
            return usual
        after = _logs(incident)
        before = _logs([each for each in self._timed if each.start < incident[0].start])
        noise = likelihood.spread(after) + likelihood.spread(before)
        return _Level(math.exp(median(after)), noise / (len(after) + len(before) - 2))

    def _against(self, minute: Timed, blue: _Level) -> Slow:
        p95 = blue.p95 if blue.p95 < minute.p95 < blue.p95 + self._seconds else minute.p95
        excess = math.log(p95 / blue.p95) - HARMLESS_LATENCY * self._worse
        variance = likelihood.OWN_VARIANCE + _chance(minute) + blue.variance
        return Slow(excess, self._worse * (1 - HARMLESS_LATENCY), variance)


@dataclass(frozen=True)
class _Level:
    """A p95 of blue, and the variance of its logarithm."""

    p95: float
    variance: float


def _level(minutes: Sequence[Timed]) -> _Level | None:
    logs = _logs(minutes)
    return _Level(math.exp(median(logs)), likelihood.variance(logs)) if logs else None


def _logs(minutes: Sequence[Timed]) -> list[float]:
    return [math.log(each.p95) for each in minutes]


def _chance(minute: Timed) -> float:
    return likelihood.sampling(minute.p50, minute.p95, minute.requests)
