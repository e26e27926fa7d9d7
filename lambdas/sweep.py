"""Sweep: on a schedule, starts the recovery of deployments whose execution is gone.

The event that tells of an execution's end is delivered on a best-effort basis, and may be lost.
"""

from __future__ import annotations

from dataclasses import dataclass

from landfall import recovery
from landfall.step import logger, step
from landfall.world import World

NAME_LIMIT = 80


@dataclass(frozen=True)
class Input:
    """Nothing: the schedule sends an empty object."""


@dataclass(frozen=True)
class Output:
    """What was looked at and what was started."""

    unfinished: int
    started: int


def run(_: Input, world: World) -> Output:
    """Look at every unfinished record. A name for each minute: two sweeps at once start it once, the next one again."""
    unfinished, started, now = world.ledger.unfinished(), 0, world.now()
    for record in unfinished:
        executions = [str(record[key]) for key in ("execution_arn", "recovered_by") if record.get(key)]
        if any(world.executions.status(arn) == "RUNNING" for arn in executions):
            continue
        if recovery.given_up(record, now):
            continue
        suffix = f"-recover-{now:%Y%m%dT%H%M}"
        name = f"{record['deployment_id'][: NAME_LIMIT - len(suffix)]}{suffix}"
        document = {
            "service": record["service"],
            "intent": "recover",
            "deployment_id": record["deployment_id"],
            "reason": "found by the sweep",
            "requested_by": "sweep",
        }
        started += world.executions.start(world.machine_arn, name, document)
        logger.info("recovery started", extra={"recovery": name})
    return Output(len(unfinished), started)


handler = step(Input, run)
