"""Alarms at the gates: one that was red before neither fails nor passes a release."""

from __future__ import annotations

from datetime import timedelta

import pytest

from landfall.gates import alarms
from landfall.gates.alarms import AlarmView
from tests.support import builders as b

BEGAN, HOUR = b.NOW, timedelta(hours=1)


@pytest.mark.parametrize(
    ("state", "since", "red_before", "red"),
    [
        ("ALARM", BEGAN + HOUR, (), True),
        ("ALARM", BEGAN, (), True),
        ("ALARM", BEGAN - HOUR, (), False),
        ("ALARM", BEGAN + HOUR, ("a",), False),
        ("OK", BEGAN + HOUR, (), False),
        ("INSUFFICIENT_DATA", BEGAN + HOUR, (), False),
    ],
    ids=["turned red", "at once", "red before", "red before, and again", "green", "no data"],
)
def test_turned_red(state: str, since: object, red_before: tuple[str, ...], red: bool) -> None:
    """Only what turned red since the deployment began can be its fault (law 8)."""
    view = AlarmView("a", state, since)  # type: ignore[arg-type]
    assert alarms.turned_red([view], BEGAN, red_before) == (("a",) if red else ())


def test_an_old_alarm_does_not_hide_a_new_one() -> None:
    """ECS ignores all alarms if one is red at the start (aws/copilot-cli#4512); Landfall doesn't."""
    views = [AlarmView("old", "ALARM", BEGAN - HOUR), AlarmView("new", "ALARM", BEGAN + HOUR)]
    assert alarms.turned_red(views, BEGAN) == ("new",)
    assert alarms.red_at(views, BEGAN) == ("old",)
    assert alarms.absent(["old", "gone"], views) == ("gone",)


def test_an_alarm_is_red_before_or_turned_red() -> None:
    """One that turns red in the moment that the deployment begins is its own: it fails, and is not excused."""
    views = [AlarmView("then", "ALARM", BEGAN), AlarmView("green", "OK", BEGAN - HOUR)]
    assert (alarms.turned_red(views, BEGAN), alarms.red_at(views, BEGAN)) == (("then",), ())
