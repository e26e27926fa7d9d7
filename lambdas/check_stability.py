"""CheckStability: is the rollout of our deployment done?"""

from __future__ import annotations

from landfall import rollback, stability
from landfall.judging import Judged, Judgement
from landfall.observed import Look
from landfall.step import step
from landfall.world import World


def run(event: Judged, world: World) -> Judgement:
    """Look at the service and its tasks once."""
    ecs = world.ecs(event.release.service)
    now, service = world.now(), ecs.service()
    tasks = ecs.tasks("RUNNING", "STOPPED") if service else ()  # ECS refuses to list tasks of a service it lacks
    verdict = stability.assess(Look(service, tasks), event, now)
    timely = stability.in_time(verdict, event.deployment, now)
    return Judgement(rollback.unless_scaled_out(timely, service, event.deployment))


handler = step(Judged, run)
