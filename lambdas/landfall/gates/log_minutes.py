"""Counts what both sides logged, minute by minute, once, and keeps the counts in the gate's state.

A gate lasts for many looks, and an account has five FilterLogEvents calls a second in a region. So each minute is read
once, when it is over, and only the two numbers of each side are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from landfall.gates.traffic_series import MINUTE, SETTLED, GateWindow, Minute, Side
from landfall.logs.task_logs import Line

HISTORY = timedelta(minutes=10)
"""How long before the first gate the minutes begin: only blue's, since green had no traffic then."""
MOST_KEPT = 40
"""How many minutes are kept: about 2 KB of a step's answer."""
MOST_A_LOOK = 12
"""How many of the newest minutes one look reads: a gate that lasts for days is looked at every half hour."""
EXPECTED = 20
"""How many expected lines of green make their absence count: with so many, it is not chance."""


@dataclass(frozen=True)
class LoggedMinute:
    """The minute that began `at` minutes after 1970, and each side's lines and errors among them."""

    at: int
    blue: tuple[int, int] = (0, 0)
    green: tuple[int, int] = (0, 0)

    @property
    def start(self) -> datetime:
        """Return when it began."""
        return datetime.fromtimestamp(self.at * 60, UTC)


Logged = tuple[LoggedMinute, ...]


def due(known: Sequence[LoggedMinute], began: datetime, now: datetime) -> tuple[datetime, ...]:
    """Return the starts of finished minutes that were not read yet, as many as one look may read."""
    first = known[-1].start + MINUTE if known else _floor(began - HISTORY)
    count = int((_floor(now - SETTLED) - first) / MINUTE)
    return tuple(first + MINUTE * n for n in range(max(0, count)))[-MOST_A_LOOK:]


def counted(
    minutes: Iterable[datetime],
    lines: Iterable[Line],
    sides: tuple[Collection[str], Collection[str]],
    is_error: Callable[[str], bool],
) -> Logged:
    """Count the lines of each minute, by the ids of blue's tasks and of green's. Other tasks' lines are left out."""
    numbers = {_number(start): ([0, 0], [0, 0]) for start in minutes}
    for line in lines:
        found = numbers.get(_number(line.at))
        side = next((n for n, ids in enumerate(sides) if line.task in ids), None)
        if found is None or side is None:
            continue
        found[side][0] += 1
        found[side][1] += is_error(line.text)
    return tuple(LoggedMinute(at, _pair(blue), _pair(green)) for at, (blue, green) in sorted(numbers.items()))


def kept(known: Sequence[LoggedMinute], more: Sequence[LoggedMinute]) -> Logged:
    """Return what a gate keeps: the newest minutes."""
    return (*known, *more)[-MOST_KEPT:]


def sides(known: Sequence[LoggedMinute]) -> tuple[Side, Side]:
    """Return both sides' minutes in the form for the evaluator."""
    blue = tuple(Minute(each.start, *each.blue) for each in known if each.blue[0])
    green = tuple(Minute(each.start, *each.green) for each in known if each.green[0])
    return Side("blue's log", blue), Side("green's log", green)


def silent(blue: Side, green: Side, gate: GateWindow, now: datetime) -> str:
    """Say that green logged nothing although blue would have logged many lines with as much traffic; empty if not.

    Such a release may be good, and its log can't tell. Before the gate blue had all the traffic, or most of it.
    """
    if any(each.start >= gate.began for each in green.minutes):
        return ""
    before = [each.requests for each in blue.minutes if each.start < gate.began]
    passed = max(0.0, (now - SETTLED - gate.began) / MINUTE)
    expected = sum(before) / len(before) * passed * gate.weight / 100 if before else 0.0
    if expected < EXPECTED:
        return ""
    return (
        f"not enough to tell: green's tasks logged nothing in {passed:.0f} minutes, where blue's would have written"
        f" about {expected:,.0f} lines; if that is meant, set log_errors = false"
    )


def _pair(values: list[int]) -> tuple[int, int]:
    return values[0], values[1]


def _floor(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _number(moment: datetime) -> int:
    return int(moment.timestamp() // 60)
