"""CheckStability: is the rollout of our deployment done?"""

from __future__ import annotations

from landfall import stability
from landfall.judging import Judged, Judgement
from landfall.observed import Look
from landfall.step import step
from landfall.world import World


def run(event: Judged, world: World) -> Judgement:
    """Look at the service and its tasks once."""
    ecs = world.ecs(event.release.service)
    now = world.now()
    verdict = stability.assess(Look(ecs.service(), ecs.tasks("RUNNING", "STOPPED")), event, now)
    return Judgement(stability.in_time(verdict, event.deployment, now))


handler = step(Judged, run)
