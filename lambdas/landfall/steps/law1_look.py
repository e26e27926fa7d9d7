"""The look for law 1: it reads the service, its tasks and its targets, one after the other."""

from __future__ import annotations

from landfall.judging import Judged
from landfall.model import Verdict
from landfall.proof import law1, shifted
from landfall.proof.observed import Look, ServiceView
from landfall.runtime.world import World
from landfall.steps import task_look
from landfall.steps.shifting import shift_look


def assess(event: Judged, world: World) -> Verdict:
    """Look at the service, its tasks and its targets once, and judge them."""
    service = world.ecs(event.release.service).service()
    if service is not None and shift_look.shifts(service):
        seen, followed = shift_look.look(event, service, world)
        return shifted.law1(seen, followed, event, world.now())
    return law1.assess(_look(event, service, world), event, world.now())


def look(event: Judged, world: World) -> Look:
    """Look at the service, its tasks and its targets. A worker has no targets."""
    return _look(event, world.ecs(event.release.service).service(), world)


def _look(event: Judged, service: ServiceView | None, world: World) -> Look:
    if service is None:  # ECS refuses to list tasks of a service it lacks
        return Look(None)
    ecs = world.ecs(event.release.service)
    if event.release.is_worker:  # an older task that ECS is stopping still works (worker/steadiness.py)
        return Look(service, ecs.tasks("RUNNING", "STOPPED"))
    tasks = task_look.for_law1(ecs, service, event.deployment)
    return Look(service, tasks, world.elb.targets(service.target_groups))
