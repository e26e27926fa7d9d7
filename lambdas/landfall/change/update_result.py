"""The result of an update of a service: the deployment to judge, its deadline, and whether AWS refused the update.

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
"""Error codes of UpdateService that mean that it did nothing. A throttle, an error inside ECS and a lost reply are
not among them: those are tried again."""
BASELINE_CHANGED = "BASELINE_CHANGED"
OVER = ("DRAINING", "INACTIVE")
"""The states of a service that was deleted. The only other state is ACTIVE (ECS API reference, Service)."""


def lock_lost() -> Verdict:
    """Return the verdict if another execution has the deployment's lock."""
    return failed("LOCK_LOST", "another execution took this deployment's lock, and continues the deployment")


def changed_meanwhile(before: ServiceView, baseline: Baseline, wanted: Deployment) -> Verdict | None:
    """Return the refusal of an update if somebody else changed the service after preflight looked at it."""
    runs = before.task_definition
    if runs in (baseline.task_definition, wanted.task_definition):
        return None
    if any(d.task_definition == wanted.task_definition for d in before.deployments):
        # a retry after a lost reply: the update took effect, and then somebody deployed over it
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
    """Return `deployment` with ECS's id. Raises AwsCallFailed if ECS did not accept the change."""
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

    AWS's documentation does not say which of two fleets ECS calls PRIMARY while it shifts traffic. It does say that the
    service has our revision, so the service deployment is used in that case.
    """
    primary = service.primary
    if primary is not None and primary.task_definition == deployment.task_definition:
        return primary.id
    if service.shifting.is_rolling or service.task_definition != deployment.task_definition:
        return ""
    told = (d.id for d in service.deployments if d.task_definition == deployment.task_definition and d.id)
    return next(told, "") or service.current or deployment.task_definition
