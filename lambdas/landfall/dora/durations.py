"""Durations: how many there are, their median, and what nine of ten do not exceed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from statistics import median
from typing import Any

NINE_OF_TEN = 0.9


@dataclass(frozen=True)
class Durations:
    """Of `count` durations, in seconds. Without any, the others are None.

    `nine_of_ten` is one of the durations: the shortest that at least nine of ten do not exceed (nearest rank).
    """

    count: int
    median: float | None
    nine_of_ten: float | None
    longest: float | None


def summed_up(seconds: Iterable[float]) -> Durations:
    """Return the summary of some durations."""
    known = sorted(seconds)
    if not known:
        return Durations(0, None, None, None)
    return Durations(len(known), median(known), known[ceil(NINE_OF_TEN * len(known)) - 1], known[-1])


def moment(value: Any) -> datetime | None:
    """Return a time of a record, in UTC; None if it is not a time, or has no zone."""
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else None
