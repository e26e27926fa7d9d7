"""Sweep: on a schedule, starts the recovery of deployments whose execution is gone.

The event of an execution's end is delivered on a best-effort basis, and may be lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from landfall.errors import StepError
from landfall.runtime.one_by_one import for_each
from landfall.runtime.step import step
from landfall.runtime.world import World
from landfall.steps.recovering import sweeping

LOOKED_BACK = timedelta(days=1)
"""How far back the sweep looks for failed executions without a record."""
MOST_LOST = 100
"""How many of the newest failed executions it looks up in the ledger. Earlier sweeps handled the others."""


@dataclass(frozen=True)
class SweepInput:
    """Nothing: the schedule sends an empty object."""


@dataclass(frozen=True)
class Output:
    """What the sweep looked at and started. `opened`: executions for which it opened the missing record."""

    unfinished: int
    started: int
    opened: int = 0


def run(_: SweepInput, world: World) -> Output:
    """Look at every failed execution, then at every unfinished record. An error at one does not stop the others."""
    failed = world.executions.failed(world.machine_arn, world.now() - LOOKED_BACK)[:MOST_LOST]
    opened, lost = for_each(failed, lambda arn: sweeping.opened(arn, world), str, "an execution was not swept")
    unfinished = world.ledger.unfinished()
    started, stuck = for_each(
        unfinished,
        lambda record: sweeping.started(record, world),
        lambda record: str(record.get("deployment_id")),
        "a record was not swept",
    )
    if lost + stuck:
        raise StepError(f"{lost} executions and {stuck} records could not be swept; the next sweep tries again")
    return Output(len(unfinished), started, opened)


handler = step(SweepInput, run)
