"""Decides which alarms fail a gate: those that turned red after the deployment began.

If one is red at a deployment's start, ECS ignores all of its alarms (aws/copilot-cli#4512). Landfall ignores that one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

RED = "ALARM"


@dataclass(frozen=True)
class AlarmView:
    """An alarm: OK, ALARM or INSUFFICIENT_DATA, and since when."""

    name: str
    state: str
    since: datetime


def turned_red(alarms: Iterable[AlarmView], began: datetime, red_before: Collection[str] = ()) -> tuple[str, ...]:
    """Return the alarms that turned red since the deployment began.

    `red_before` are the ones that were red when it began: they neither fail a gate nor count as a pass, even if they
    turned green and red again meanwhile.
    """
    return tuple(
        each.name for each in alarms if each.state == RED and each.since >= began and each.name not in red_before
    )


def red_at(alarms: Iterable[AlarmView], began: datetime) -> tuple[str, ...]:
    """Return the alarms that were already red when the deployment began, for people."""
    return tuple(each.name for each in alarms if each.state == RED and each.since < began)


def absent(names: Iterable[str], alarms: Iterable[AlarmView]) -> tuple[str, ...]:
    """Return the configured names for which there is no alarm."""
    found = {each.name for each in alarms}
    return tuple(name for name in names if name not in found)
