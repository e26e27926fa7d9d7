"""What the machine must know after it changed a service, or could not: what to judge, until when, and what AWS refused.

Source: ECS API reference, UpdateService (its errors).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from landfall.errors import AwsCallFailed
from landfall.model import Baseline, Deployment, Verdict, failed
from landfall.proof.observed import ServiceView
from landfall.settings import Limits

REFUSALS = frozenset(
    {
        "AccessDeniedException",
        "ClientException",
        "ClusterNotFoundException",
        "InvalidParameterException",
        "NamespaceNotFoundException",
        "PlatformTaskDefinitionIncompatibilityException",
        "PlatformUnknownException",
        "ServiceNotActiveException",
        "ServiceNotFoundException",
        "UnsupportedFeatureException",
    }
)
"""What UpdateService answers where it did nothing. A throttle, an error of ECS itself and a lost reply are not among
them: those are tried again."""
OVER = ("DRAINING", "INACTIVE")
"""The states of a service that was deleted. ACTIVE aside, ECS knows no other (ECS API reference, Service)."""


def lock_lost() -> Verdict:
    """Return the verdict of a deployment whose lock is another's. Made when it is wanted: each reason is redacted."""
    return failed("LOCK_LOST", "another execution took this deployment's lock; it goes on from here")


def is_untouched(service: ServiceView | None, baseline: Baseline, wanted: Deployment) -> bool:
    """Say whether a look shows that nothing of our update took effect. An incomplete look shows nothing."""
    if service is None:
        return False
    seen = {service.task_definition, *(d.task_definition for d in service.deployments)}
    if wanted.task_definition in seen:
        return False
    if service.status in OVER:
        return True
    primary = service.primary
    return primary is not None and primary.id == (baseline.ecs_deployment or primary.id)


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
