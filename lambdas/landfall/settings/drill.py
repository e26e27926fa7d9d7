"""The drill settings of services.toml: [services.<name>.drill], a practised way back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time


@dataclass(frozen=True)
class DrillSettings:
    """When the way back is practised. Without a `cron`, only `landfall drill` starts one.

    `cron` has the six fields of an EventBridge schedule, in UTC. `window` is `HH:MM-HH:MM` in UTC: a drill begins in it
    or not at all. `overdue_days`: after so many days without a proven way back the reconciler raises a finding.
    """

    cron: str | None = None
    window: str | None = None
    overdue_days: int = 35

    def open_at(self, now: datetime | time) -> bool:
        """Say whether a drill may begin at a time, in UTC. A window may go over midnight."""
        if not self.window:
            return True
        begin, end = (time.fromisoformat(each) for each in self.window.split("-"))
        at = now if isinstance(now, time) else now.time().replace(tzinfo=None)
        return begin <= at < end if begin <= end else at >= begin or at < end
