"""ReadBuild: how did a build end, and must the watch wait for its deployment?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from landfall import naming
from landfall.builds import build_watch
from landfall.builds.build_watch import Built
from landfall.errors import AwsCallFailed
from landfall.model import Verdict, passed
from landfall.runtime.step import logger, step
from landfall.runtime.world import World


@dataclass(frozen=True)
class ReadBuildInput:
    """The event as it came: `CodeBuild Build State Change`."""

    event: Any


@dataclass(frozen=True)
class Output:
    """WAIT for the deployment of an image; FAIL if the build made none; PASS `IGNORED` if it is not our build."""

    verdict: Verdict
    build: Built | None = None


def run(given: ReadBuildInput, world: World) -> Output:
    """Read the build from CodeBuild, since the event may be old, repeated, or written by hand."""
    arn = _build_arn(given.event)
    name = naming.service_of_project(arn.rpartition("build/")[2].partition(":")[0])
    service = world.settings.named(name) if name else None
    if service is None or service.build is None:
        why = f"{arn or 'the event'} is no build of a service that services.toml has a build table for"
        logger.info("ignored", extra={"why": why})
        return Output(passed("IGNORED", why))
    view = world.codebuild.build(arn.rpartition("build/")[2])
    if view.status not in build_watch.ENDED:
        raise AwsCallFailed("BuildNotOver", f"build {view.arn} is {view.status} at this look")
    return Output(*build_watch.assess(view, service, service.build.deployment_begins_within_seconds))


def _build_arn(event: Any) -> str:
    """Return the build's ARN (CodeBuild user guide, build notifications input format); empty where there is none."""
    detail = event.get("detail") if isinstance(event, dict) else None
    arn = detail.get("build-id") if isinstance(detail, dict) else None
    return arn if isinstance(arn, str) else ""


handler = step(ReadBuildInput, run)
