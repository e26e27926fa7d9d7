"""Decides how long a step waits for a busy AWS, which is beyond the deadline. Then it fails as on any other error."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from landfall.errors import AwsBusy, AwsCallFailed
from landfall.model import Kind

FORWARD, BACK = 2, 3
"""AWS may be busy for this multiple of the deployment's own time."""


def spent(error: Exception, event: Mapping[str, Any], now: datetime) -> Exception:
    """Return the error to raise from the step: AwsBusy only while there is time left to wait.

    A release that could not be looked at by its deadline is not bad, so the wait goes beyond the deadline, and beyond
    the owner's pauses. A way back gets even more time: nothing is left to do when it fails. A step without a deployment
    has no deadline, and waits for as long as the state machine retries it.
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
