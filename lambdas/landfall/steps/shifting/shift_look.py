"""Reads the service deployment of a service whose traffic ECS shifts, with its revisions and target groups."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from landfall.aws.service_deployments import ServiceDeployments
from landfall.judging import Judged
from landfall.model import Kind
from landfall.proof import followed as ways
from landfall.proof import owner_pauses, stability
from landfall.proof import service_deployment as views
from landfall.proof.followed import Followed
from landfall.proof.live_traffic import Live
from landfall.proof.observed import Look, ServiceView
from landfall.proof.service_deployment import Brief, ServiceDeployment
from landfall.runtime.world import World


def shifts(service: ServiceView | None) -> bool:
    """Say whether ECS shifts the service's traffic between two target groups. Rolling services take other ways."""
    return service is not None and not service.shifting.is_rolling


def read(event: Judged, service: ServiceView, world: World, *, live: bool = False) -> Followed:
    """Return the service deployment that belongs to the deployment.

    While the known one is under way and ECS names no newer one, it describes only that one; else it lists all since the
    update.
    With `live`, the production rules are read too. Raises AwsCallFailed.
    """
    reader = world.service_deployments(event.release.service)
    known = event.counted.stages.service_deployment if event.counted and event.counted.stages else ""
    followed = _known(reader, known, service) or _listed(reader, event, service)
    return replace(followed, live=weights(service, world)) if live else followed


def weights(service: ServiceView, world: World) -> Live:
    """Return the live weights of the service's production rules."""
    return {rule: world.elb.weights(rule) for rule in service.shifting.production_rules}


def look(event: Judged, service: ServiceView, world: World) -> tuple[Look, Followed]:
    """Read the service, its tasks, its targets and its rules, for law 1."""
    ecs = world.ecs(event.release.service)
    followed = read(event, service, world, live=True)
    seen = ways.as_rolling(service, followed, event.deployment)
    tasks = ways.as_ours(ecs.tasks("RUNNING", "STOPPED"), event.deployment)
    return Look(seen, tasks, world.elb.targets(seen.target_groups)), followed


def _known(reader: ServiceDeployments, arn: str, service: ServiceView) -> Followed | None:
    if not arn or service.current != arn:
        return None
    found = next(iter(reader.described([arn])), None)
    # one update may make two service deployments, and the first ends as STOPPED: the list has the other
    return None if found is None or found.status == "STOPPED" else _of(reader, found)


def _listed(reader: ServiceDeployments, event: Judged, service: ServiceView) -> Followed:
    deployment, began = event.deployment, since(event, service)
    listed = reader.since(began)
    if deployment.kind == Kind.ROLLBACK:
        return _way_back(reader, event, service, listed)
    runs = reader.task_definitions([each.target_revision for each in listed])
    mine = views.ours(listed, runs, deployment.task_definition, began)
    newer = ways.newest_other(listed, runs, mine, deployment.task_definition)
    found = next(iter(reader.described([mine.arn])), None) if mine else None
    return replace(_of(reader, found), newer=newer)


def _way_back(reader: ServiceDeployments, event: Judged, service: ServiceView, listed: tuple[Brief, ...]) -> Followed:
    """Follow the newest service deployment: the release's own, which ECS rolls back, or one to the baseline."""
    deployment, baseline = event.deployment, event.baseline
    last = ways.newest_of(listed)
    newest = last.arn if last else service.current
    found = next(iter(reader.described([newest])), None) if newest else None
    followed = _of(reader, found)
    expected = {deployment.undoes, deployment.task_definition, baseline.task_definition, baseline.restore_to}
    return followed if followed.runs in expected or not followed.runs else replace(followed, newer=followed.runs)


def _of(reader: ServiceDeployments, found: ServiceDeployment | None) -> Followed:
    if found is None:
        return Followed()
    known = reader.revisions([found.target_revision, *(w.revision for w in found.weights)])
    return ways.of(found, known)


def since(event: Judged, service: ServiceView) -> datetime:
    """Return the earliest moment at which a service deployment of this release can have begun, with a margin.

    An update whose reply was lost is made again, so that is the start of the execution, if it is known: the release's
    revision was registered after it, and no earlier service deployment has it.
    """
    deployment, release = event.deployment, event.release
    started = release.started_at or ("" if deployment.updated_at else release.requested_at)
    began = datetime.fromisoformat(started) - stability.OLDER if started else None
    if began and (deployment.kind == Kind.ROLLBACK or not deployment.updated_at):
        return began
    known = owner_pauses.since(service, deployment)
    return min(known, began) if began else known
