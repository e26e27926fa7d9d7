"""Two requests for one service, and the steps that they go through to its lock and out of it."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from landfall.model import Outcome, Release
from tests.steps import machine
from tests.support import builders as b

PUSHED = b.release(by_push=True, started_at=b.NOW.isoformat())


def later(release: Release, seconds: int, **changes: Any) -> Release:
    """Return another request for the same service, made so much later."""
    known = {
        "deployment_id": f"20260102T0304{5 + seconds:02}Z-other",
        "execution_arn": f"{b.EXECUTION}-other",
        "requested_at": f"2026-01-02T03:04:{5 + seconds:02}Z",
        "started_at": f"2026-01-02T03:04:{5 + seconds:02}Z",
    }
    return replace(release, **{**known, **changes})


def acquire(release: Release, **more: Any) -> Any:
    """Invoke AcquireLock."""
    return machine.invoke("acquire_lock", {"release": asdict(release), "owner": release.execution_arn, **more})


def closed(release: Release, outcome: Outcome) -> Any:
    """Invoke Report for a release that ended so."""
    return machine.invoke("report", asdict(replace(b.crashed(outcome), release=release)))


def code(answer: Any) -> str:
    """Return the verdict's code."""
    return str(answer["verdict"]["code"])
