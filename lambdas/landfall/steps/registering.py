"""Registers a deployment's revisions: the release's, and, if a rollback needs it, a pinned copy of the baseline's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from landfall.aws.ecs import Ecs
from landfall.chain import Record
from landfall.change import forward_and_back, same_revision, task_definition
from landfall.change.task_definition import ROLE_BASELINE, ROLE_RELEASE, TAG_DEPLOYMENT, TAG_ROLE
from landfall.errors import StepError
from landfall.model import Baseline, Deployment, Release
from landfall.runtime.step import logger
from landfall.runtime.world import World
from landfall.steps import leftovers, open_record
from landfall.wire import parse

Described = tuple[Mapping[str, Any], Mapping[str, str]]
"""A revision as ECS describes it, and its tags."""


def way_back(release: Release, baseline: Baseline, ran: Described, world: World) -> Baseline:
    """Return the baseline with the revision that a rollback goes to: the last proven release, or what ran."""
    deployment_id = ran[1].get(TAG_DEPLOYMENT, "")
    record = world.ledger.to_go_back_to(release.service, baseline.task_definition, deployment_id)
    back = _to_proven(record, release, baseline, world) or _to_what_ran(ran, release, baseline, world)
    return forward_and_back.named(back, record)


def way_forward(release: Release, baseline: Baseline, ran: Described, world: World) -> Deployment:
    """Return the deployment to make, whose revision is registered.

    A rollback to a proven release uses the proven revision, whatever changed since. It is a copy, so that the newest
    revision of the family, to which the bare name resolves, is the one that runs.
    """
    settings, ecs = world.service(release.service), world.ecs(release.service)
    template, tags = ecs.task_definition(release.revision) if release.revision else ran
    # the time is the deployment's, not this try's, so that a retry asks for exactly the same revision
    began, keep = release.started_at or release.requested_at, settings.keep_image
    wanted = task_definition.release_revision(template, tags, release, settings.container, began, keep=keep)
    accepted = forward_and_back.accepted(template, release, settings)
    revision = _registered(ecs, wanted, release.deployment_id, ROLE_RELEASE, baseline.task_definition)
    count = baseline.desired_count or settings.desired_count or 0
    return forward_and_back.forward(revision, wanted, accepted, release, count)


def go_on_unless(is_over: bool, release: Release, world: World) -> None:
    """Raise StepError if a recovery closed the record meanwhile, and leave no revision behind."""
    if not is_over:
        return
    ecs = world.ecs(release.service)
    for revision in leftovers.of(ecs, release):
        leftovers.withdraw(ecs, revision)
    raise StepError(open_record.OVER)


def _to_proven(record: Record | None, release: Release, baseline: Baseline, world: World) -> Baseline | None:
    """Return the way back to the last proven release, if another revision ran and a rollback can use the release."""
    if record is None or record["task_definition"] == baseline.task_definition or baseline.desired_count == 0:
        return None
    settings, ecs = world.service(release.service), world.ecs(release.service)
    revision, digest = str(record["task_definition"]), str(record["image_digest"])
    if not ecs.is_active(revision):
        return None
    if world.ecr(settings.repository).image({"imageDigest": digest}) is None:
        return None
    proven = parse(Release, json.loads(record["release"]))
    return forward_and_back.to_proven(baseline, revision, ecs.task_definition(revision)[0], proven, settings)


def _to_what_ran(ran: Described, release: Release, baseline: Baseline, world: World) -> Baseline:
    template, tags = ran
    pins = forward_and_back.pins(template, baseline)
    if pins is None:
        return forward_and_back.to_unproven(baseline, baseline.task_definition)
    request = task_definition.pinned_copy(template, tags, pins, release.deployment_id)
    ecs = world.ecs(release.service)
    return forward_and_back.to_unproven(
        baseline, _registered(ecs, request, release.deployment_id, ROLE_BASELINE, baseline.task_definition)
    )


def _registered(ecs: Ecs, request: dict[str, Any], deployment_id: str, role: str, ran: str) -> str:
    """Register once: a retry after a lost reply finds the revision that this deployment left.

    Anybody may set such tags on a revision. It is ours only if it equals the revision to register. The revision that
    `ran` was registered before this deployment began, and so was every revision of its family with a lower number.
    """
    for arn in ecs.newest_revisions(request["family"]):
        if same_revision.is_no_later(arn, ran):
            continue
        found, tags = ecs.task_definition(arn)
        if tags.get(TAG_DEPLOYMENT) != deployment_id or tags.get(TAG_ROLE) != role:
            continue
        if same_revision.same(found, request):
            return arn
        logger.warning("a revision has this deployment's tags and is not what it registers", extra={"revision": arn})
    return ecs.register(request)
