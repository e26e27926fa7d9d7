"""Log lines minute by minute: each minute is read once, and each line counts for the side whose task wrote it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from landfall.gates import log_minutes
from landfall.gates.log_minutes import EXPECTED, LoggedMinute
from landfall.gates.traffic_series import GateWindow, Minute, Side
from landfall.logs.task_logs import Line
from tests.support.gate_traffic import BEGAN, MINUTE, minutes

AT = int(BEGAN.timestamp() // 60)


def logged(first: int, count: int = 1) -> tuple[LoggedMinute, ...]:
    """Return minutes that were read, `first` minutes after the gate began."""
    return tuple(LoggedMinute(AT + n, (5, 1), (3, 0)) for n in range(first, first + count))


@pytest.mark.parametrize(
    ("known", "after", "first", "count"),
    [
        (logged(0), 5.0, 1, 2),
        (logged(0), 4.99, 1, 1),
        (logged(0), 3.0, 1, 0),
        (logged(0), -60.0, 1, 0),
        (logged(-2, 3), 4.0, 1, 1),
        (logged(0), 60.0, 46, 12),
        ((), 1.0, -10, 9),
        ((), 30.0, 16, 12),
    ],
    ids=[
        "two more are over",
        "a minute is over two minutes later",
        "none is over",
        "a clock that goes back",
        "after the newest that is known",
        "the newest, after a long pause",
        "at first ten minutes before the gate",
        "a first look that is late",
    ],
)
def test_each_minute_is_read_once(known: tuple[LoggedMinute, ...], after: float, first: int, count: int) -> None:
    """A minute that is read twice, or before all its lines have come, would weigh what did not happen so."""
    now = BEGAN + after * MINUTE
    wanted = tuple(BEGAN + n * MINUTE for n in range(first, first + count))
    assert log_minutes.due(known, BEGAN + timedelta(seconds=59, microseconds=7), now) == wanted


def line(task: str, seconds: float, text: str = "fine") -> Line:
    """Return a line, so many seconds after the gate began."""
    return Line(BEGAN + timedelta(seconds=seconds), task, text)


def test_lines_count_for_the_side_that_wrote_them() -> None:
    """A line of a third task, or of a minute that was not asked for, says nothing of either release."""
    lines = [
        line("stranger", 0, "bad"),
        line("blue-1", 0),
        line("blue-2", 59.9, "bad"),
        line("blue-1", 60, "bad"),
        line("green-1", 61, "bad"),
        line("green-1", 62, "bad"),
        line("green-1", 63),
        line("stranger", 10, "bad"),
        line("green-1", -0.1, "bad"),
        line("green-1", 120, "bad"),
    ]
    sides = ({"blue-1", "blue-2"}, {"green-1"})
    asked = (BEGAN + MINUTE, BEGAN)
    found = log_minutes.counted(asked, lines, sides, lambda text: text == "bad")
    assert found == (LoggedMinute(AT, (2, 1), (0, 0)), LoggedMinute(AT + 1, (1, 1), (3, 2)))
    assert log_minutes.counted((), lines, sides, lambda _: True) == ()


def test_the_newest_minutes_are_kept() -> None:
    """What a gate keeps goes through a step's answer of 8 KB, and what is read next follows the newest."""
    assert log_minutes.kept((), logged(0, 3)) == logged(0, 3)
    assert log_minutes.kept(logged(0, 40), logged(40, 2)) == logged(2, 40)


def test_minutes_become_the_sides_that_are_weighed() -> None:
    """Each side has its own lines and errors, and a minute in which it wrote nothing is not one without errors."""
    assert LoggedMinute(AT) == LoggedMinute(AT, (0, 0), (0, 0))
    known = (LoggedMinute(AT, blue=(50, 0)), LoggedMinute(AT + 1, green=(30, 0)), LoggedMinute(AT + 2, (9, 2), (8, 4)))
    blue, green = log_minutes.sides(known)
    assert blue == Side("blue's log", (Minute(BEGAN, 50, 0), Minute(BEGAN + 2 * MINUTE, 9, 2)))
    assert green == Side("green's log", (Minute(BEGAN + MINUTE, 30, 0), Minute(BEGAN + 2 * MINUTE, 8, 4)))


def silence(blue: tuple[Minute, ...], green: tuple[Minute, ...], after: int = 12, weight: int = 10) -> str:
    """Return what is said of green's silence, so many minutes after the gate began."""
    window = GateWindow("PRE_PRODUCTION_TRAFFIC_SHIFT", weight, BEGAN, BEGAN + 15 * MINUTE)
    return log_minutes.silent(Side("blue", blue), Side("green", green), window, BEGAN + after * MINUTE)


@pytest.mark.parametrize(
    ("blue", "green", "after", "weight", "expected"),
    [
        (minutes(-10, 20, 50), (), 12, 10, "in 10 minutes, where blue's would have written about 50 lines"),
        (minutes(-10, 10, EXPECTED), (), 12, 10, "about 20 lines"),
        (minutes(-10, 10, EXPECTED - 1), (), 12, 10, ""),
        (minutes(-10, 20, 50), (), 12, 1, ""),
        (minutes(-10, 20, 50), (), 2, 100, ""),
        (minutes(-10, 20, 50), (), 0, 100, ""),
        (minutes(-10, 20, 50), minutes(0, 1, 1), 12, 10, ""),
        (minutes(-10, 20, 50), minutes(-1, 1, 9), 12, 10, "about 50 lines"),
        (minutes(0, 10, 50), (), 12, 10, ""),
        ((), (), 12, 10, ""),
    ],
    ids=[
        "blue writes 50 a minute",
        "just so many that chance loses none",
        "one fewer",
        "little traffic",
        "the gate has just begun",
        "nothing has settled",
        "it wrote one line",
        "it wrote before the gate",
        "what blue wrote before is not known",
        "neither side writes",
    ],
)
def test_a_silence_that_says_something(
    blue: tuple[Minute, ...], green: tuple[Minute, ...], after: int, weight: int, expected: str
) -> None:
    """A release that logs nothing can't be cleared by its log; where blue would hardly have logged, nothing is held."""
    found = silence(blue, green, after, weight)
    assert expected in found
    assert bool(found) is bool(expected)
