"""CheckStability: is the rollout of our deployment done?"""

from __future__ import annotations

from landfall.change import going_back
from landfall.judging import Judged, Judgement
from landfall.proof import older_tasks, stability
from landfall.proof.observed import Look
from landfall.runtime.step import step
from landfall.runtime.world import World


def run(event: Judged, world: World) -> Judgement:
    """Look at the service and its tasks once."""
    ecs = world.ecs(event.release.service)
    now, service = world.now(), ecs.service()
    tasks = ecs.tasks("RUNNING", "STOPPED") if service else ()  # ECS refuses to list tasks of a service it lacks
    verdict = stability.assess(Look(service, tasks), event, now)
    timely = stability.in_time(verdict, event.deployment, now)
    held = older_tasks.kept(tasks, event.deployment) if timely.code == stability.TIMEOUT else []
    told = older_tasks.explained(timely, held, ecs.protected([task.arn for task in held]))
    return Judgement(going_back.unless_scaled_out(told, service, event.deployment))


handler = step(Judged, run)
