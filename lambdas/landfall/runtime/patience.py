"""How long a step waits for AWS: beyond the deadline of what it judges. Then it fails, as on any other error."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from landfall.errors import AwsBusy, AwsCallFailed
from landfall.model import Kind

FORWARD, BACK = 2, 3
"""Times the time that a deployment has, in which AWS may be too busy to be asked about it."""


def spent(error: Exception, event: Mapping[str, Any], now: datetime) -> Exception:
    """Return the error that leaves the step: AwsBusy only while there is time left to wait.

    A release that could not be looked at by its deadline is not a bad one, so the time is longer than that, and by what
    its owner may pause it. A way back has longer still: there is nothing left to do when it fails. A step that judges
    no deployment has no deadline of its own, and waits for as long as the state machine retries it.
    """
    last = _last(event)
    if not isinstance(error, AwsBusy) or last is None or now < last:
        return error
    told = f"{error}; AWS was still busy at {last.isoformat()}, long after the deadline"
    return AwsCallFailed(error.code, told).with_traceback(error.__traceback__)


def _last(event: Mapping[str, Any]) -> datetime | None:
    deployment = event.get("deployment")
    text = deployment.get("deadline") if isinstance(deployment, Mapping) else None
    if not isinstance(deployment, Mapping) or not text:
        return None
    try:
        begun, deadline = datetime.fromisoformat(deployment["updated_at"]), datetime.fromisoformat(text)
        last = begun + (deadline - begun) * (BACK if deployment.get("kind") == Kind.ROLLBACK else FORWARD)
        return last + timedelta(seconds=_pause(event))
    except (KeyError, TypeError, ValueError):
        return None


def _pause(event: Mapping[str, Any]) -> int:
    """Return how many seconds owner, gates, shifts, after-check or sign-off may hold it beyond its deadline."""
    release = event.get("release")
    limits = release.get("limits") if isinstance(release, Mapping) else None
    known = limits if isinstance(limits, Mapping) else {}
    found = (known.get(key) for key in ("owner_pause_seconds", "strategy_seconds", "after_seconds", "approval_seconds"))
    return sum(seconds for seconds in found if isinstance(seconds, int))
