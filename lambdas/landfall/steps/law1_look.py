"""The look that law 1 is judged by: the service, its tasks and its targets, read one after the other."""

from __future__ import annotations

from landfall.judging import Judged
from landfall.model import Verdict
from landfall.proof import law1
from landfall.proof.observed import Look
from landfall.runtime.world import World


def assess(event: Judged, world: World) -> Verdict:
    """Look at the service, its tasks and its targets once, and judge them."""
    ecs = world.ecs(event.release.service)
    service = ecs.service()
    tasks = ecs.tasks("RUNNING", "STOPPED") if service else ()  # ECS refuses to list tasks of a service it lacks
    targets = world.elb.targets(service.target_groups) if service else ()
    return law1.assess(Look(service, tasks, targets), event, world.now())
