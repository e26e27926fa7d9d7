"""CheckWorker: does a service without a load balancer run steadily, log our commit, and do its work?

It replaces SmokeTest for a worker, which has no address.
"""

from __future__ import annotations

from dataclasses import dataclass

from landfall.judging import Judged
from landfall.model import Verdict
from landfall.runtime.step import step
from landfall.runtime.world import World
from landfall.smoke.case import Check
from landfall.steps.workers import worker_look


@dataclass(frozen=True)
class Output:
    """The verdict of the look, and the result of each check."""

    verdict: Verdict
    checks: tuple[Check, ...]


def run(event: Judged, world: World) -> Output:
    """Look once. A baseline must be no worse than it was before the update (law 2)."""
    return Output(*worker_look.assess(event, world))


handler = step(Judged, run)
