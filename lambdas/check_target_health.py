"""CheckTargetHealth: are our tasks, and only ours, in service and healthy?

It judges the rollout again by the same look: between two polls somebody may have taken the service over.
"""

from __future__ import annotations

from landfall.judging import Judged, Judgement
from landfall.proof import law1
from landfall.proof.observed import Look
from landfall.runtime.step import step
from landfall.runtime.world import World


def run(event: Judged, world: World) -> Judgement:
    """Look at the service, its tasks and its targets once."""
    ecs = world.ecs(event.release.service)
    service = ecs.service()
    tasks = ecs.tasks("RUNNING", "STOPPED") if service else ()
    targets = world.elb.targets(service.target_groups) if service else ()
    return Judgement(law1.assess(Look(service, tasks, targets), event, world.now()))


handler = step(Judged, run)
