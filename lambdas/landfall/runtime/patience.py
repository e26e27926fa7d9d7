"""How long a step waits for AWS: until the deadline of what it judges. Then it fails, as on any other error."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from landfall.errors import AwsBusy, AwsCallFailed
from landfall.model import Kind


def spent(error: Exception, event: Mapping[str, Any], now: datetime) -> Exception:
    """Return the error that leaves the step: AwsBusy only while there is time left to wait.

    A way back may wait twice as long as a way forward: there is nothing left to do when it fails. A step that judges no
    deployment has no deadline of its own, and waits for as long as the state machine retries it.
    """
    deadline = _deadline(event)
    if not isinstance(error, AwsBusy) or deadline is None or now < deadline:
        return error
    told = f"{error}; AWS was still busy at {deadline.isoformat()}, the deadline"
    return AwsCallFailed(error.code, told).with_traceback(error.__traceback__)


def _deadline(event: Mapping[str, Any]) -> datetime | None:
    deployment = event.get("deployment")
    text = deployment.get("deadline") if isinstance(deployment, Mapping) else None
    if not isinstance(deployment, Mapping) or not text:
        return None
    try:
        deadline = datetime.fromisoformat(text)
        back = deployment.get("kind") == Kind.ROLLBACK
        return deadline + (deadline - datetime.fromisoformat(deployment["updated_at"])) if back else deadline
    except (KeyError, TypeError, ValueError):
        return None
