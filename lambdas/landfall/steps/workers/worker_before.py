"""Preflight's checks of a worker: which commit its tasks run, whether they log it, and whether the release is live."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from landfall.change import task_definition
from landfall.images import image_tags
from landfall.judging import Judged
from landfall.logs import task_logs
from landfall.model import UNKNOWN, Deployment, State, Verdict, failed
from landfall.proof.observed import TaskView
from landfall.runtime.world import World
from landfall.settings.worker import Worker
from landfall.smoke.case import FAIL, PASS, Check
from landfall.steps.workers import worker_look
from landfall.steps.workers.worker_reads import Reading
from landfall.worker import steadiness

if TYPE_CHECKING:
    from landfall.steps.preflight.preflight_reads import Beforehand
    from landfall.steps.preflight.service_now import ServiceNow


def commit_of(now: ServiceNow, world: World) -> str:
    """Return the commit of the running digest: by the revision's tags, else by the image's tags.

    UNKNOWN if tasks run different digests, or if neither says one commit.
    """
    digest, container = now.digests.get(now.settings.container, ""), now.settings.container
    if not digest:
        return UNKNOWN
    registered = task_definition.released_commit(*now.described, container)
    if registered:
        return registered
    repository = now.settings.repository
    if not task_definition.is_of_repository(now.template, container, repository, now.release.image):
        return UNKNOWN
    image = world.ecr(repository).image({"imageDigest": digest})
    said = image_tags.of_tags(image_tags.read(image.tags, now.settings.tags)) if image else []
    return said[0] if len(said) == 1 else UNKNOWN


def checks(now: ServiceNow, world: World) -> tuple[Check, ...]:
    """Return whether the running tasks log their commit, if it is known."""
    sha, tasks = commit_of(now, world), _serving(now)
    place = task_logs.place(now.template, now.settings.container)
    if sha == UNKNOWN or not tasks or place is None:
        return ()
    check = worker_look.commit_check(now.settings, sha, tasks, Reading(world, place))[1]
    return (check if check.state == PASS else replace(check, state=FAIL),)


def verdict(now: Beforehand, live: Deployment, world: World) -> Verdict:
    """Return the verdict of a worker's proof on the running revision, including its progress if configured.

    `live` is the running revision as a deployment to judge.
    """
    asked, primary = now.settings.worker or Worker(), now.service.primary
    began = primary.created_at if primary else None
    if began is None:
        return failed("INCOMPLETE", "ECS does not say when the PRIMARY deployment began")
    look = replace(now.look, tasks=(*now.look.tasks, *now.stopped))
    event = Judged(now.release, now.baseline, replace(live, updated_at=began.isoformat()))
    held = steadiness.assess(look, event, asked.steady_seconds, world.now())
    return (
        worker_look.of_held(event, now.settings, held, world)[0] if held.verdict.state == State.PASS else held.verdict
    )


def _serving(now: ServiceNow) -> tuple[TaskView, ...]:
    return tuple(task for task in now.look.tasks if task.serves)
