"""Has the owner of the service paused the deployment under way? Then it is in flight, however long it takes."""

from __future__ import annotations

from collections.abc import Iterable

from landfall.model import Verdict, failed
from landfall.proof import owner_pauses
from landfall.proof.observed import ServiceView
from landfall.proof.service_deployment import IN_PROGRESS, ServiceDeployment
from landfall.settings import Service


def may_be(service: ServiceView) -> bool:
    """Say whether a deployment may be under way that DescribeServices hides; only then read service deployments.

    A rollout that a hook may have paused is one, and every deployment that shifts traffic: `rolloutState` is documented
    for rolling services alone.
    """
    if not service.shifting.is_rolling:
        return True
    return service.may_pause and any(each.rollout_state == IN_PROGRESS for each in service.deployments)


def refusal(found: Iterable[ServiceDeployment], settings: Service) -> Verdict | None:
    """Return the refusal for a service that its owner has paused in a deployment.

    A rollout that takes too long counts as stuck, and a new release replaces it. One that waits for a person does not.
    """
    held = next((each for each in found if each.waiting), None)
    if held is None:
        return None
    stop = f"aws ecs stop-service-deployment --service-deployment-arn {held.arn} --stop-type ROLLBACK"
    name = f"service {settings.service!r} in cluster {settings.cluster!r}"
    why = f"{name} is being deployed to, and {owner_pauses.told(held)}; to stop it: {stop}; then try again"
    return failed("DEPLOYMENT_IN_FLIGHT", why)


def under_way(found: Iterable[ServiceDeployment], service: ServiceView, settings: Service) -> Verdict | None:
    """Return the refusal for a service whose traffic is being shifted: a new release would cut that off half way."""
    going = next(iter(found), None)
    if going is None or service.shifting.is_rolling:
        return None
    stop = f"aws ecs stop-service-deployment --service-deployment-arn {going.arn} --stop-type ROLLBACK"
    name = f"service {settings.service!r} in cluster {settings.cluster!r}"
    why = f"{name} is being deployed to: {going.arn} is at {going.stage or going.status}; wait for it to end"
    return failed("DEPLOYMENT_IN_FLIGHT", f"{why}, or stop it: {stop}; then try again")
