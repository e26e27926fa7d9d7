"""Charts as SVG, without a script. This module turns numbers into positions and sizes; a template draws them.

A chart is 1000 wide and 100 high, and is stretched to fit. Its labels are text of the page beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from landfall.dora.figures import Window

WIDE, HIGH = 1000.0, 100.0
LEAST = 3.0
"""The least height of a bar for a number above zero, so that it can be seen."""
MOST_DAYS = 31
"""Up to this many days a bar stands for a day; in a longer period it stands for a week."""
_GAP = 0.18
STICK = 7.0
"""How wide a stick is."""


@dataclass(frozen=True)
class Bar:
    """One rectangle, the style sheet's class of its colour, and what it says when somebody points at it."""

    x: float
    y: float
    wide: float
    high: float
    kind: str
    says: str


@dataclass(frozen=True)
class Chart:
    """A chart. `top` is the value of its highest bar, `first` and `last` label its ends, `says` describes it."""

    bars: tuple[Bar, ...]
    top: str
    first: str
    last: str
    says: str

    def __bool__(self) -> bool:
        """Say whether there is anything to draw."""
        return bool(self.bars)


def unit(window: Window) -> str:
    """Return what a bar stands for in this period: a day, or a week if the period is long."""
    return "day" if window.days <= MOST_DAYS else "week"


def buckets(window: Window) -> list[tuple[datetime, datetime]]:
    """Divide a period into days, or into weeks if it is long; the last one ends with the period."""
    length = timedelta(days=1 if unit(window) == "day" else 7)
    found, end = list[tuple[datetime, datetime]](), window.until
    while end > window.since:
        start = max(window.since, end - length)
        found.append((start, end))
        end = start
    return found[::-1]


def stacked(columns: Sequence[tuple[str, Sequence[tuple[str, float]]]]) -> tuple[Bar, ...]:
    """Return columns side by side. Each has a name and, from the bottom up, the class and the number of each part."""
    top = max((sum(number for _, number in parts) for _, parts in columns), default=0)
    if not top:
        return ()
    each, found = WIDE / len(columns), list[Bar]()
    for place, (name, parts) in enumerate(columns):
        ground = HIGH
        for kind, number in parts:
            if number > 0:
                high = max(LEAST, HIGH * number / top)
                ground -= high
                left, wide = round(each * (place + _GAP / 2), 2), round(each * (1 - _GAP), 2)
                found.append(Bar(left, round(ground, 2), wide, round(high, 2), kind, name))
    return tuple(found)


def sticks(points: Sequence[tuple[datetime, str, str, float]], window: Window) -> tuple[Bar, ...]:
    """Return a stick for each point in time. A point has its time, its text, its class and its number."""
    top = max((number for *_, number in points), default=0) or 1.0
    whole, found = (window.until - window.since) / timedelta(seconds=1), list[Bar]()
    for at, says, kind, number in points:
        x = (WIDE - STICK) * ((at - window.since) / timedelta(seconds=1)) / whole
        high = max(LEAST, HIGH * number / top)
        found.append(Bar(round(x, 2), round(HIGH - high, 2), STICK, round(high, 2), kind, says))
    return tuple(found)
