"""Goes back while ECS still has both fleets: it stops the release's service deployment, which rolls it back.

The old tasks never stopped, so users reach them again as soon as the traffic is shifted. Once the service deployment is
over, the way back is a deployment of its own, as for rolling services.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from landfall.aws.service_deployments import ServiceDeployments
from landfall.change import going_back, update_result
from landfall.change.going_back import Plan
from landfall.errors import AwsCallFailed
from landfall.judging import Judged
from landfall.model import Deployment, Kind, Verdict, failed
from landfall.proof import followed as ways
from landfall.proof.followed import BACK, GOES_BACK, TO_STOP
from landfall.proof.observed import ServiceView
from landfall.proof.service_deployment import ServiceDeployment
from landfall.proof.stages import SHIFT_SECONDS
from landfall.runtime.world import World
from landfall.steps.shifting import shift_look


def released(event: Judged) -> Deployment:
    """Return the deployment of the release, even if the way back from it has begun already."""
    deployment = event.deployment
    if deployment.kind == Kind.RELEASE or not deployment.undoes:
        return deployment
    return replace(deployment, kind=Kind.RELEASE, task_definition=deployment.undoes)


def stopped(event: Judged, service: ServiceView, world: World) -> Deployment | Verdict | None:
    """Roll the release's service deployment back, or follow ECS's own rollback. None if none is under way.

    Also None for a service that ran no tasks before: ECS's rollback keeps the count, but it must become 0 again. Raises
    AwsCallFailed if ECS refused and the deployment goes on: the step is tried again.
    """
    reader, release = world.service_deployments(event.release.service), released(event)
    known = {release.task_definition, event.baseline.task_definition, event.baseline.restore_to}
    listed = reader.since(shift_look.since(event, service))
    runs = reader.task_definitions([each.target_revision for each in listed])
    newest = ways.newest_of(listed)
    target = runs.get(newest.target_revision, "") if newest else ""
    if newest is None or (target and target not in known):
        return failed("SUPERSEDED", f"somebody deployed {target} over this release") if newest else None
    if target != release.task_definition or event.baseline.desired_count == 0:
        return None
    found = next(iter(reader.described([newest.arn])), None)
    if found is None or found.status not in (*TO_STOP, *GOES_BACK, *BACK):
        return None
    if not world.holds_lock(event.release):
        return update_result.lock_lost()
    if found.status in TO_STOP and found.status not in GOES_BACK:
        _stop(reader, found)
    return _back(event, release, found, world.now())


def _stop(reader: ServiceDeployments, found: ServiceDeployment) -> None:
    try:
        reader.go_back(found.arn)
    except AwsCallFailed:
        after = next(iter(reader.described([found.arn])), None)
        if after is None or after.status not in (*GOES_BACK, *BACK):
            raise


def _back(event: Judged, release: Deployment, found: ServiceDeployment, now: datetime) -> Deployment:
    """Return the way back to judge: the old tasks run on, whatever revision a rollback would use."""
    baseline, limits = event.baseline, event.release.limits
    plan = Plan(baseline.task_definition, None)
    as_ran = replace(baseline, restore_to=None)
    made = going_back.deployment(as_ran, release, plan)
    deadline = now + timedelta(seconds=limits.stability_timeout_seconds + SHIFT_SECONDS)
    return replace(made, id=found.arn, updated_at=now.isoformat(), deadline=deadline.isoformat())
