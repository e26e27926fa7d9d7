"""The look that law 1 is judged by: the service, its tasks and its targets, read one after the other."""

from __future__ import annotations

from landfall.judging import Judged
from landfall.model import Verdict
from landfall.proof import law1
from landfall.proof.observed import Look
from landfall.runtime.world import World


def assess(event: Judged, world: World) -> Verdict:
    """Look at the service, its tasks and its targets once, and judge them."""
    return law1.assess(look(event, world), event, world.now())


def look(event: Judged, world: World) -> Look:
    """Look at the service, its tasks and its targets. A worker has no targets."""
    ecs = world.ecs(event.release.service)
    service = ecs.service()
    tasks = ecs.tasks("RUNNING", "STOPPED") if service else ()  # ECS refuses to list tasks of a service it lacks
    has_targets = service is not None and not event.release.is_worker
    return Look(service, tasks, world.elb.targets(service.target_groups) if service and has_targets else ())
