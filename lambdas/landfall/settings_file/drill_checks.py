"""Checks the drill settings of services.toml beyond their types."""

from __future__ import annotations

from datetime import time

from landfall.settings import Service
from landfall.settings.drill import DrillSettings
from landfall.settings_file import cron
from landfall.settings_file.problem import Problems, limits
from landfall.text.lazy_pattern import Later

_WINDOW = Later(r"\d\d:\d\d-\d\d:\d\d")


def check(service: Service, where: tuple[str, ...], problem: Problems) -> None:
    """Check the drill table of a service. Raises SettingsError."""
    drill, here = service.drill, (*where, "drill")
    if drill is None:
        return
    limits({"overdue_days": drill.overdue_days}, here, problem)
    begins = _times(drill, here, problem)
    if drill.window is not None and not _is_window(drill.window):
        raise problem.at((*here, "window"), f"{drill.window!r} is no window; give HH:MM-HH:MM in UTC")
    if begins and not any(drill.open_at(at) for at in begins):
        never = f"{drill.window!r} has no time of cron {drill.cron!r} in it, so no drill would ever begin"
        raise problem.at((*here, "window"), f"{never}; change one of them (both are in UTC)")


def _times(drill: DrillSettings, here: tuple[str, ...], problem: Problems) -> list[time]:
    if drill.cron is None:
        return []
    try:
        return cron.times(drill.cron)
    except ValueError as error:
        example = "six fields in UTC, one of the days '?', such as '0 3 ? * TUE *'"
        why = f"{drill.cron!r} is no schedule of EventBridge: {error}; it takes {example}"
        raise problem.at((*here, "cron"), why) from error


def _is_window(text: str) -> bool:
    if not _WINDOW.fullmatch(text):
        return False
    try:
        begin, end = (time.fromisoformat(each) for each in text.split("-"))
    except ValueError:
        return False
    return begin != end
