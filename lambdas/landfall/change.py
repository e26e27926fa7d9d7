"""What the machine must know after it changed a service: which ECS deployment to judge, and until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from landfall.errors import AwsCallFailed
from landfall.model import Deployment, failed
from landfall.observed import ServiceView
from landfall.settings import Limits

LOCK_LOST = failed("LOCK_LOST", "another execution took this deployment's lock; it goes on from here")


def begun(deployment: Deployment, service: ServiceView, limits: Limits, now: datetime) -> Deployment:
    """Return `deployment` with the id ECS gave it. Raises AwsCallFailed where ECS did not take the change."""
    primary = service.primary
    if primary is None or primary.task_definition != deployment.task_definition:
        has = primary.task_definition if primary else "none"
        raise AwsCallFailed(
            "UpdateNotTaken",
            f"after the update the PRIMARY deployment has {has}, not {deployment.task_definition}",
        )
    deadline = now + timedelta(seconds=limits.stability_timeout_seconds)
    return replace(deployment, id=primary.id, updated_at=now.isoformat(), deadline=deadline.isoformat())
