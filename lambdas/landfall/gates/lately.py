"""Finds whether blue's last minutes are an incident: then green is compared with those minutes.

An incident that hits both sides is not caused by the release. At the bake blue shows it only in its last minutes, and
beside green at 97 % only in few requests. So blue's minutes are weighed against blue's usual ones by the same rule as
green's: the same ratios with the same limit for one minute, and the same bar. If green would be held to be worse for
such minutes, then so is blue; then they are the fairer comparison. The sum of the logarithms goes backwards from the
last minute to where it is largest. Seen from there, the product is a test martingale, too: minutes that are as usual
look like an incident in at most 1 of 250 deployments. It takes four minutes, so a short burst seldom hides a bad one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from landfall.gates import likelihood


class _Begun(Protocol):
    """A minute of blue: with all its requests, or with its latency alone."""

    @property
    def start(self) -> datetime:
        """Return when it began."""


_Any = TypeVar("_Any")
_Minute = TypeVar("_Minute", bound=_Begun)


def earlier(known: Sequence[_Any]) -> Sequence[_Any]:
    """Return the first half of blue's minutes, with which an incident of the last minutes is compared."""
    return known[: (len(known) + 1) // 2]


class Lately(Generic[_Minute]):
    """Blue's minutes, and the logarithm of each one's ratio: how much likelier it is if blue is worse than usual."""

    def __init__(self, minutes: Sequence[_Minute], ratios: Sequence[float]) -> None:
        self._minutes = minutes
        self._starts = [each.start for each in minutes]
        self._sums = [(0.0, 0)]
        for number, ratio in enumerate(ratios):
            most, begun = self._sums[-1]
            own = min(ratio, likelihood.ALONE_LIMIT)
            self._sums.append((most + own, begun) if most > 0 else (own, number))

    def incident(self, until: datetime) -> Sequence[_Minute]:
        """Return blue's minutes of an incident that lasted up to a minute; none if there is no such incident."""
        end = bisect_right(self._starts, until)
        most, begun = self._sums[end]
        return self._minutes[begun:end] if most > likelihood.BAR else ()
