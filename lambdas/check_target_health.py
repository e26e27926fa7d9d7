"""CheckTargetHealth: are our tasks, and only ours, in service and healthy?

It judges the rollout again by the same look: between two polls somebody may have taken the service over.
"""

from __future__ import annotations

from landfall.judging import Judged, Judgement
from landfall.runtime.step import step
from landfall.runtime.world import World
from landfall.steps import law1_look


def run(event: Judged, world: World) -> Judgement:
    """Look at the service, its tasks and its targets once."""
    return Judgement(law1_look.assess(event, world))


handler = step(Judged, run)
