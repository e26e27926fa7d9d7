"""Checks the drill settings of services.toml beyond their types."""

from __future__ import annotations

from datetime import time

from landfall.settings import Service
from landfall.settings_file.problem import Problems, limits
from landfall.text.lazy_pattern import Later

FIELDS = 6
"""Fields of a cron expression (EventBridge user guide, "Schedule types": minutes to year)."""
_FIELD = Later(r"[A-Z0-9,*?/#L-]+")
_WINDOW = Later(r"\d\d:\d\d-\d\d:\d\d")


def check(service: Service, where: tuple[str, ...], problem: Problems) -> None:
    """Check the drill table of a service. Raises SettingsError."""
    drill, here = service.drill, (*where, "drill")
    if drill is None:
        return
    limits({"overdue_days": drill.overdue_days}, here, problem)
    if drill.cron is not None:
        parts = drill.cron.split()
        if len(parts) != FIELDS or not all(_FIELD.fullmatch(part) for part in parts) or "?" not in (parts[2], parts[4]):
            example = "six fields in UTC, one of the days '?', such as '0 3 ? * TUE *'"
            raise problem.at((*here, "cron"), f"{drill.cron!r} is no schedule of EventBridge; it takes {example}")
    if drill.window is not None and not _is_window(drill.window):
        raise problem.at((*here, "window"), f"{drill.window!r} is no window; give HH:MM-HH:MM in UTC")


def _is_window(text: str) -> bool:
    if not _WINDOW.fullmatch(text):
        return False
    try:
        begin, end = (time.fromisoformat(each) for each in text.split("-"))
    except ValueError:
        return False
    return begin != end
