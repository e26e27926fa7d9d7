"""RegisterTaskDefinition: the revision to deploy, and the one to go back to, both ready before anything changes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from landfall import recovery, task_definition
from landfall.aws.ecs import Ecs
from landfall.aws.ledger import Record
from landfall.errors import StepError
from landfall.model import Baseline, Deployment, Kind, Release
from landfall.recovery import Progress
from landfall.step import parse, step
from landfall.task_definition import ROLE_BASELINE, ROLE_RELEASE, TAG_DEPLOYMENT, TAG_ROLE
from landfall.world import World


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
    ecs = world.ecs(settings.name)
    template, tags = ecs.task_definition(event.baseline.task_definition)
    record = world.ledger.to_go_back_to(settings.name, event.baseline.task_definition, tags.get(TAG_DEPLOYMENT, ""))
    baseline = _proven(record, event, world) or _as_it_ran(ecs, template, tags, event)
    if record is not None and record["task_definition"] == event.baseline.task_definition:
        baseline = replace(baseline, restores=f"the last proven release, {record['git_sha']}")
    recovery.must_fit(release, baseline)
    # going back is to the revision that was proven, whatever was changed since; as a copy, so that the newest revision
    # of the family, to which its bare name resolves, is the one that runs
    proven = ecs.task_definition(release.revision) if release.revision else (template, tags)
    now = world.now().isoformat()
    wanted = task_definition.release_revision(*proven, release, settings.container, deployed_at=now)
    deployment = Deployment(
        kind=Kind.RELEASE,
        id="",
        task_definition=_registered(ecs, wanted, release.deployment_id, ROLE_RELEASE),
        desired_count=baseline.desired_count or settings.desired_count or 0,
        digests={settings.container: release.accepted_digests},
        git_sha=release.git_sha,
    )
    progress = json.dumps(asdict(Progress(baseline, deployment)))
    if not world.ledger.update(settings.name, release.deployment_id, progress=progress):
        raise StepError("the ledger record was closed meanwhile: this deployment is over")
    return Output(deployment, baseline)


def _proven(record: Record | None, event: Input, world: World) -> Baseline | None:
    """Return the way back to the last proven release where something else ran, and it can be gone back to."""
    baseline, settings = event.baseline, world.service(event.release.service)
    if record is None or record["task_definition"] == baseline.task_definition or baseline.desired_count == 0:
        return None
    revision, digest = str(record["task_definition"]), str(record["image_digest"])
    if not world.ecs(settings.name).is_active(revision):
        return None
    if world.ecr(settings.repository).image({"imageDigest": digest}) is None:
        return None
    proven = parse(Release, json.loads(record["release"]))
    return replace(
        baseline,
        restore_to=revision,
        accepted={settings.container: proven.accepted_digests},
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
    """Register once: a retry after a lost reply finds the revision that this deployment left."""
    for arn in ecs.newest_revisions(request["family"]):
        _, tags = ecs.task_definition(arn)
        if tags.get(TAG_DEPLOYMENT) == deployment_id and tags.get(TAG_ROLE) == role:
            return arn
    return ecs.register(request)


handler = step(Input, run)
