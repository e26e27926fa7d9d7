"""RegisterTaskDefinition: the revision to deploy, and the one to go back to, both ready before anything changes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from landfall.aws.ecs import Ecs
from landfall.aws.ledger import Record
from landfall.change import same_revision, task_definition
from landfall.change.task_definition import ROLE_BASELINE, ROLE_RELEASE, TAG_DEPLOYMENT, TAG_ROLE
from landfall.errors import StepError
from landfall.ledger import recovery
from landfall.ledger.recovery import Progress
from landfall.model import Baseline, Deployment, Kind, Release
from landfall.runtime.step import logger, step
from landfall.runtime.world import World
from landfall.settings import Service
from landfall.steps import leftovers
from landfall.wire import parse


@dataclass(frozen=True)
class Input:
    """The release, and what runs now."""

    release: Release
    baseline: Baseline


@dataclass(frozen=True)
class Output:
    """The deployment to make, and the baseline with the revision a rollback goes to."""

    deployment: Deployment
    baseline: Baseline


def run(event: Input, world: World) -> Output:
    """Register what is missing. A baseline that names an image by tag gets a copy pinned to the digests that run."""
    settings, release = world.service(event.release.service), event.release
    ecs, ledger, key = world.ecs(settings.name), world.ledger, (settings.name, release.deployment_id)
    mine = ledger.record(*key)
    _go_on_unless(mine is None or "outcome" in mine, event, world)
    template, tags = ecs.task_definition(event.baseline.task_definition)
    record = ledger.to_go_back_to(settings.name, event.baseline.task_definition, tags.get(TAG_DEPLOYMENT, ""))
    baseline = _proven(record, event, world) or _as_it_ran(ecs, template, tags, event)
    if record is not None and record["task_definition"] == event.baseline.task_definition:
        baseline = replace(baseline, restores=f"the last proven release, {record['git_sha']}")
    recovery.must_fit(release, baseline)
    # going back is to the revision that was proven, whatever was changed since; as a copy, so that the newest revision
    # of the family, to which its bare name resolves, is the one that runs
    source = ecs.task_definition(release.revision) if release.revision else (template, tags)
    # the time is the deployment's own and not this try's, so that a retry asks for the very same revision
    began = release.started_at or release.requested_at
    wanted = task_definition.release_revision(*source, release, settings.container, began, keep=settings.keep_image)
    accepted = _accepted(source[0], release, settings)
    deployment = Deployment(
        kind=Kind.RELEASE,
        id="",
        task_definition=_registered(ecs, wanted, release.deployment_id, ROLE_RELEASE),
        desired_count=baseline.desired_count or settings.desired_count or 0,
        digests=accepted,
        git_sha=release.git_sha,
        health_checked=task_definition.health_checked(wanted, tuple(accepted)),
    )
    progress = json.dumps(asdict(Progress(baseline, deployment)))
    _go_on_unless(not ledger.update(*key, progress=progress), event, world)
    return Output(deployment, baseline)


def _go_on_unless(is_over: bool, event: Input, world: World) -> None:
    """Raise StepError where a recovery closed the record meanwhile, and leave no revision behind."""
    if not is_over:
        return
    ecs = world.ecs(event.release.service)
    for revision in leftovers.of(ecs, event.release):
        leftovers.withdraw(ecs, revision)
    raise StepError("the ledger record was closed meanwhile: this deployment is over")


def _accepted(template: Mapping[str, Any], release: Release, settings: Service) -> dict[str, tuple[str, ...]]:
    """Return what each container that runs the release's image may report."""
    ours = task_definition.released_containers(template, settings.container, settings.keep_image)
    return dict.fromkeys(ours, release.accepted_digests)


def _proven(record: Record | None, event: Input, world: World) -> Baseline | None:
    """Return the way back to the last proven release where something else ran, and it can be gone back to."""
    baseline, settings = event.baseline, world.service(event.release.service)
    if record is None or record["task_definition"] == baseline.task_definition or baseline.desired_count == 0:
        return None
    revision, digest = str(record["task_definition"]), str(record["image_digest"])
    ecs = world.ecs(settings.name)
    if not ecs.is_active(revision):
        return None
    if world.ecr(settings.repository).image({"imageDigest": digest}) is None:
        return None
    proven = parse(Release, json.loads(record["release"]))
    return replace(
        baseline,
        restore_to=revision,
        accepted=_accepted(ecs.task_definition(revision)[0], proven, settings),
        proven_sha=proven.git_sha,
        restores=f"the last proven release, {proven.git_sha}, since what ran was never proven",
    )


def _as_it_ran(ecs: Ecs, template: Mapping[str, Any], tags: Mapping[str, str], event: Input) -> Baseline:
    """Return the way back to what ran: by a pinned copy where its revision names a tag, or is INACTIVE."""
    baseline, deployment_id = event.baseline, event.release.deployment_id
    by_tag = [name for name in task_definition.unpinned(template) if name in baseline.digests]
    why = "what ran before, which the ledger does not know as proven"
    if not by_tag and template.get("status") != "INACTIVE":
        return replace(baseline, restore_to=baseline.task_definition, restores=why)
    pins = {name: baseline.digests[name] for name in by_tag}
    request = task_definition.pinned_copy(template, tags, pins, deployment_id)
    return replace(baseline, restore_to=_registered(ecs, request, deployment_id, ROLE_BASELINE), restores=why)


def _registered(ecs: Ecs, request: dict[str, Any], deployment_id: str, role: str) -> str:
    """Register once: a retry after a lost reply finds the revision that this deployment left.

    Anybody may have tagged a revision so. It is ours only if it is what would be registered.
    """
    for arn in ecs.newest_revisions(request["family"]):
        found, tags = ecs.task_definition(arn)
        if tags.get(TAG_DEPLOYMENT) != deployment_id or tags.get(TAG_ROLE) != role:
            continue
        if same_revision.same(found, request):
            return arn
        logger.warning("a revision has this deployment's tags and is not what it registers", extra={"revision": arn})
    return ecs.register(request)


handler = step(Input, run)
