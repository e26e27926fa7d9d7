"""EnsureBegun: has the deployment of a built image begun? If not, this step starts it, once."""

from __future__ import annotations

from dataclasses import dataclass

from landfall.builds import build_watch
from landfall.builds.build_watch import Built
from landfall.chain import Record
from landfall.model import Verdict, failed
from landfall.runtime.step import step
from landfall.runtime.world import World


@dataclass(frozen=True)
class EnsureBegunInput:
    """The build, how long its deployment had to begin, and the name of the watch's execution."""

    build: Built
    within: int
    watch: str


@dataclass(frozen=True)
class Output:
    """PASS if it has begun; FAIL `NOT_BEGUN` if this step started it, `IMAGE_MISSING` if there is no image to start."""

    verdict: Verdict


def run(event: EnsureBegunInput, world: World) -> Output:
    """Look at the ledger, then start what is missing. Safe to repeat: one name per image starts once."""
    build, why = event.build, build_watch.reason(event.within, event.watch)
    verdict = build_watch.begun(_records(build, world), why)
    if verdict:
        return Output(verdict)
    image = world.ecr(world.service(build.service).repository).image({"imageTag": build.git_sha})
    if image is None or image.digest != build.image_digest:
        has = image.digest if image else "no such image"
        text = f"it says that {build.git_sha} is {build.image_digest}, but ECR has {has}; build the commit again"
        return Output(failed("IMAGE_MISSING", text))
    name, document = build_watch.request(build, image.pushed_at if build.pushed else build.asked_at, why)
    return Output(build_watch.started(name, world.executions.start(world.machine_arn, name, document)))


def _records(build: Built, world: World) -> list[Record]:
    """Return the ledger's records of the image, the greatest id first.

    The index may lack records that were opened this moment, and then a deployment that has begun would be called
    missing. So if the index has none, the records since the build are read consistently.
    """
    service, digest = build.service, build.image_digest
    if found := world.ledger.of_image(service, digest):
        return found
    since = world.ledger.since(service, build_watch.requests_since(build))
    return [record for record in reversed(since) if record.get("image_digest") == digest]


handler = step(EnsureBegunInput, run)
