"""What the machine must know after an update of a service: what to judge, until when, and whether AWS refused it.

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
"""Error codes with which UpdateService says that it did nothing. A throttle, an error inside ECS and a lost reply are
not among them: those are tried again."""
BASELINE_CHANGED = "BASELINE_CHANGED"
OVER = ("DRAINING", "INACTIVE")
"""The states of a service that was deleted. The only other state is ACTIVE (ECS API reference, Service)."""


def lock_lost() -> Verdict:
    """Return the verdict where another execution has the deployment's lock."""
    return failed("LOCK_LOST", "another execution took this deployment's lock, and continues the deployment")


def changed_meanwhile(before: ServiceView, baseline: Baseline, wanted: Deployment) -> Verdict | None:
    """Return the refusal of an update where somebody else changed the service after preflight looked at it."""
    runs = before.task_definition
    if runs in (baseline.task_definition, wanted.task_definition):
        return None
    if any(d.task_definition == wanted.task_definition for d in before.deployments):
        # a retry after a lost reply: the update took effect, and somebody deployed over it
        return failed("SUPERSEDED", f"somebody deployed {runs} over this release")
    why = f"somebody deployed {runs} since preflight saw {baseline.task_definition}; look, then try again"
    return failed(BASELINE_CHANGED, why)


def is_untouched(service: ServiceView | None, baseline: Baseline, wanted: Deployment) -> bool:
    """Say whether a look shows that our update had no effect. An incomplete look shows nothing."""
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
    made = _made(deployment, service)
    if not made:
        primary = service.primary
        has = primary.task_definition if primary else "none"
        raise AwsCallFailed(
            "UpdateNotTaken",
            f"after the update the PRIMARY deployment has {has}, not {deployment.task_definition}",
        )
    deadline = now + timedelta(seconds=limits.stability_timeout_seconds)
    return replace(deployment, id=made, updated_at=now.isoformat(), deadline=deadline.isoformat())


def _made(deployment: Deployment, service: ServiceView) -> str:
    """Return the id of the deployment that ECS made; empty if there is none.

    Which of two fleets ECS calls PRIMARY while it shifts traffic is on no page of AWS. That the service has our
    revision is, so the service deployment stands in for it there.
    """
    primary = service.primary
    if primary is not None and primary.task_definition == deployment.task_definition:
        return primary.id
    if service.shifting.is_rolling or service.task_definition != deployment.task_definition:
        return ""
    told = (d.id for d in service.deployments if d.task_definition == deployment.task_definition and d.id)
    return next(told, "") or service.current or deployment.task_definition
