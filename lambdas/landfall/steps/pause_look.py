"""Reads our service deployment if it may have information that DescribeServices lacks."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from landfall.aws.service_deployments import ServiceDeployments
from landfall.errors import AwsBusy, AwsCallFailed
from landfall.judging import Judged, Pause
from landfall.model import State, Verdict
from landfall.proof import owner_pauses, stability
from landfall.proof import service_deployment as views
from landfall.proof.observed import ServiceView
from landfall.proof.service_deployment import ONGOING, ServiceDeployment
from landfall.runtime.world import World

_ENDED = ("ROLLOUT_FAILED", "ROLLED_BACK_BY_ECS")
"""The codes of failures for which the service deployment names the cause."""


def look(event: Judged, service: ServiceView | None, world: World, now: datetime) -> Pause | None:
    """Return the owner's pauses after this look. None for a service that can't be paused.

    Raises AwsBusy at the deadline: the unread deployment might be paused.
    """
    known, deployment = owner_pauses.before(event), event.deployment
    if service is None or not owner_pauses.may_be(service, deployment, known):
        over = service is not None and stability.is_over(service, deployment)
        return owner_pauses.seen(known, None, now, now) if known and over else owner_pauses.unread(known, now)
    began = owner_pauses.since(service, deployment)
    try:
        found = _ours(world.service_deployments(event.release.service), event, began, known)
    except AwsCallFailed as error:
        left = owner_pauses.unread(known, now)
        late = now >= datetime.fromisoformat(owner_pauses.extended(deployment, left).deadline)
        if isinstance(error, AwsBusy) and late and not (left and left.paused):
            raise
        return left
    if found is None and known and known.paused:
        return owner_pauses.unread(known, now)
    return owner_pauses.seen(known, found, began, now)


def explained(verdict: Verdict, event: Judged, service: ServiceView | None, world: World) -> Verdict:
    """Add the cause that the service deployment names to a rollout that failed, or that ECS rolled back."""
    if service is None or verdict.state != State.FAIL or verdict.code not in _ENDED:
        return verdict
    began = owner_pauses.since(service, event.deployment)
    try:
        found = _ours(world.service_deployments(event.release.service), event, began, owner_pauses.before(event))
    except AwsCallFailed:
        return verdict  # this only adds an explanation
    return replace(verdict, reason=f"{views.why(found)}; {verdict.reason}") if found else verdict


def _ours(reader: ServiceDeployments, event: Judged, began: datetime, known: Pause | None) -> ServiceDeployment | None:
    """Return our service deployment: the known one while it goes on, else the newest of ours that the list has."""
    if known and known.service_deployment:
        seen = next(iter(reader.described([known.service_deployment])), None)
        if seen and seen.status in ONGOING:
            return seen
    listed = reader.since(began)
    runs = reader.task_definitions([each.target_revision for each in listed])
    mine = views.ours(listed, runs, event.deployment.task_definition, began)
    return next(iter(reader.described([mine.arn])), None) if mine else None
