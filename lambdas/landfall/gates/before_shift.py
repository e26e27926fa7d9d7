"""What green is compared with once blue has no traffic any more: blue's last minutes, or the hour before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from statistics import median

from landfall.gates.traffic_series import Minute

WORSE = 1.2
"""Beyond this, minutes are not worse by chance alone; then they are the fairer comparison."""


def blue(minutes: Sequence[Minute], updated: datetime, least: int) -> tuple[Minute, ...]:
    """Return blue's minutes since the update if it was worse in them than in all, else all of them.

    An outage that began meanwhile, and that the release did not cause, is no evidence against it. `least` is how many
    requests the minutes since the update must have.
    """
    recent = tuple(each for each in minutes if each.start >= updated)
    if sum(each.requests for each in recent) < least:
        return tuple(minutes)
    worse = _errors(recent) > WORSE * _errors(minutes) or _p95(recent) > WORSE * _p95(minutes)
    return recent if worse else tuple(minutes)


def _errors(minutes: Sequence[Minute]) -> float:
    return sum(each.errors for each in minutes) / max(1, sum(each.requests for each in minutes))


def _p95(minutes: Sequence[Minute]) -> float:
    return median([each.p95 for each in minutes if each.p95 is not None] or [0.0])
