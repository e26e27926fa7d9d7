"""A step waits for AWS for twice the time of its deployment, and the way back for three times as long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from landfall.errors import AwsBusy, AwsCallFailed
from landfall.runtime.patience import spent

UPDATED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
DEADLINE = UPDATED + timedelta(minutes=15)
BUSY = AwsBusy("ThrottlingException", "describing 'sample': ThrottlingException: Rate exceeded")


def event(kind: str, **other: Any) -> dict[str, Any]:
    """Return a step's input, as far as it matters here."""
    times = {"updated_at": UPDATED.isoformat(), "deadline": DEADLINE.isoformat()}
    return {"release": {"service": "sample"}, "deployment": {"kind": kind, **times, **other}}


WAITS: dict[str, tuple[dict[str, Any], timedelta, bool]] = {
    "forward, in time": (event("release"), timedelta(minutes=14), True),
    "forward, at the deadline": (event("release"), timedelta(minutes=15), True),
    "forward, after twice its time": (event("release"), timedelta(minutes=30), False),
    "back, after twice its time": (event("rollback"), timedelta(minutes=30), True),
    "back, after three times its time": (event("rollback"), timedelta(minutes=45), False),
    "a service that may be paused, after twice its time": (
        event("release") | {"release": {"limits": {"owner_pause_seconds": 60}}},
        timedelta(minutes=30),
        True,
    ),
    "a service that may be paused, after that": (
        event("release") | {"release": {"limits": {"owner_pause_seconds": 60}}},
        timedelta(minutes=31),
        False,
    ),
    "before the update": ({"release": {}, "deployment": None}, timedelta(days=1), True),
    "a deployment that was not updated": (event("release", deadline="", updated_at=""), timedelta(days=1), True),
    "a deadline that is none": (event("release", deadline="soon"), timedelta(days=1), True),
    "a step without a release": ({}, timedelta(days=1), True),
}


@pytest.mark.parametrize(("given", "later", "waits"), WAITS.values(), ids=WAITS.keys())
def test_it_waits_beyond_the_deadline(given: dict[str, Any], later: timedelta, waits: bool) -> None:
    """After it, the error is one that the state machine gives up on in a minute; AWS's words stay."""
    left = spent(BUSY, given, UPDATED + later)
    assert isinstance(left, AwsCallFailed)
    assert isinstance(left, AwsBusy) == waits
    assert str(left).startswith(str(BUSY))
    assert left.code == BUSY.code


def test_another_error_is_left_alone() -> None:
    """What is final stays final, and what is wrong in the code stays what it is."""
    for error in (AwsCallFailed("AccessDenied", "denied"), LookupError("gone")):
        assert spent(error, event("release"), DEADLINE + timedelta(days=1)) is error
