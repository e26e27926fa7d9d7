"""Resolve: what is asked for, and does it exist? Opens the ledger record."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from landfall import evidence, request
from landfall.errors import InvalidRequest
from landfall.model import UNKNOWN_SERVICE, Release, Verdict, failed, passed
from landfall.request import SHA, Request
from landfall.step import step
from landfall.world import World


@dataclass(frozen=True)
class Execution:
    """The Step Functions execution that is this deployment."""

    arn: str
    deployment_id: str
    started_at: str


@dataclass(frozen=True)
class Input:
    """The execution's own input, as it came, and the execution."""

    input: Any
    execution: Execution


@dataclass(frozen=True)
class Output:
    """PASS with a release to deploy; PASS `IGNORED` for an event that is none; FAIL for a request that can't be."""

    verdict: Verdict
    release: Release


def run(event: Input, world: World) -> Output:
    """Resolve the input into a release, and record that it was asked for."""
    release = Release(
        service=UNKNOWN_SERVICE,
        deployment_id=event.execution.deployment_id,
        execution_arn=event.execution.arn,
        requested_at=event.execution.started_at,
    )
    try:
        wanted = request.read(event.input, world.settings)
    except InvalidRequest as error:
        return _recorded(world, _for_service(release, event.input, world), failed(error.code, str(error)))
    if isinstance(wanted, request.Ignored):
        return Output(passed("IGNORED", wanted.why), release)
    release = _asked(release, wanted)
    try:
        release = _with_image(release, wanted, world)
    except InvalidRequest as error:
        return _recorded(world, release, failed(error.code, str(error)))
    return _recorded(world, release, passed("RESOLVED", f"{release.git_sha} is {release.image_digest}"))


def _recorded(world: World, release: Release, verdict: Verdict) -> Output:
    world.ledger.open(evidence.opened(release))
    return Output(verdict, release)


def _for_service(release: Release, document: Any, world: World) -> Release:
    """Record a bad request under its service where that at least is known."""
    name = document.get("service") if isinstance(document, dict) else None
    return replace(release, service=name) if isinstance(name, str) and world.settings.named(name) else release


def _asked(release: Release, wanted: Request) -> Release:
    return replace(
        release,
        service=wanted.service.name,
        repository=wanted.service.repository,
        intent=wanted.intent,
        reason=wanted.reason,
        requested_by=wanted.requested_by,
        limits=wanted.service.limits,
        stability_attempts=wanted.service.limits.stability_attempts,
    )


def _with_image(release: Release, wanted: Request, world: World) -> Release:
    """Find the image in ECR. Raises InvalidRequest where there is none, or where tag and digest disagree."""
    tag, digest, repository = wanted.image_tag, wanted.image_digest, wanted.service.repository
    image = world.ecr(repository).image({"imageTag": tag} if tag else {"imageDigest": str(digest)})
    if image is None:
        raise InvalidRequest("IMAGE_NOT_FOUND", f"{tag or digest} is not in repository {repository!r}; push it first")
    if digest and digest != image.digest:
        raise InvalidRequest(
            "TAG_AND_DIGEST_DISAGREE",
            f"image_tag {tag} is {image.digest}, not image_digest {digest}; give one of them",
        )
    commits = [t for t in image.tags if SHA.fullmatch(t)]
    if tag is None and len(commits) != 1:
        raise InvalidRequest(
            "NO_COMMIT",
            f"image {digest} carries {len(commits)} commit tags; Landfall must know which commit it is from",
        )
    return replace(
        release,
        git_sha=tag or commits[0],
        image=image.uri,
        image_digest=image.digest,
        accepted_digests=image.accepted,
    )


handler = step(Input, run)
