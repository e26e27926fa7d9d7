"""Charts as SVG: the numbers become places and sizes here, a template draws them. They need no script.

A chart is 1000 wide and 100 high, and is stretched to its place. Words stand beside it, as text of the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from landfall.dora.figures import Window

WIDE, HIGH = 1000.0, 100.0
LEAST = 3.0
"""How high a bar of a number above zero is at least, so that it can be seen."""
MOST_DAYS = 31
"""Days of a time up to which a bar is of one day; in a longer one it is of a week."""
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
    """A chart. `top` is what its highest bar stands for; `first` and `last` are its ends; `says` tells it in words."""

    bars: tuple[Bar, ...]
    top: str
    first: str
    last: str
    says: str

    def __bool__(self) -> bool:
        """Say whether there is anything to draw."""
        return bool(self.bars)


def unit(window: Window) -> str:
    """Return what a bar of this time stands for: a day, or a week where it is long."""
    return "day" if window.days <= MOST_DAYS else "week"


def buckets(window: Window) -> list[tuple[datetime, datetime]]:
    """Divide a time into days, or into weeks where it is long; the last one ends with it."""
    length = timedelta(days=1 if unit(window) == "day" else 7)
    found, end = list[tuple[datetime, datetime]](), window.until
    while end > window.since:
        start = max(window.since, end - length)
        found.append((start, end))
        end = start
    return found[::-1]


def stacked(columns: Sequence[tuple[str, Sequence[tuple[str, float]]]]) -> tuple[Bar, ...]:
    """Return columns side by side: of each its name, and from the ground up the class and the number of its parts."""
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
                x, wide = round(each * (place + _GAP / 2), 2), round(each * (1 - _GAP), 2)
                found.append(Bar(x, round(ground, 2), wide, round(high, 2), kind, name))
    return tuple(found)


def sticks(points: Sequence[tuple[datetime, str, str, float]], window: Window) -> tuple[Bar, ...]:
    """Return a stick for each point at its place in the time: when it was, what it says, its class, its number."""
    top = max((number for *_, number in points), default=0) or 1.0
    whole, found = (window.until - window.since) / timedelta(seconds=1), list[Bar]()
    for at, says, kind, number in points:
        x = (WIDE - STICK) * ((at - window.since) / timedelta(seconds=1)) / whole
        high = max(LEAST, HIGH * number / top)
        found.append(Bar(round(x, 2), round(HIGH - high, 2), STICK, round(high, 2), kind, says))
    return tuple(found)
