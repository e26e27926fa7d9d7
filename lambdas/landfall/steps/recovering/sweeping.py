"""Handles deployments whose execution is gone: it opens the missing record, and starts the recovery."""

from __future__ import annotations

from landfall import naming
from landfall.chain import Record
from landfall.intake import document
from landfall.ledger import recovery
from landfall.runtime.step import logger
from landfall.runtime.world import World
from landfall.steps.recovering import missing_record


def opened(execution_arn: str, world: World) -> bool:
    """Open the record of an execution that left none. From then on the sweep handles it like any other."""
    if world.ledger.of_execution(execution_arn):
        return False
    record = missing_record.opened(execution_arn, world)
    return record is not None and "outcome" not in record


def started(record: Record, world: World) -> bool:
    """Start the recovery of a deployment, unless one is running, or enough were tried."""
    executions = [str(record[key]) for key in ("execution_arn", "recovered_by") if record.get(key)]
    if any(world.executions.status(arn) == "RUNNING" for arn in executions):
        return False
    now = world.now()
    if recovery.given_up(record, now):
        return False
    name = naming.recovery(record["deployment_id"], now)
    if not world.ledger.claim_sweep(record, name):
        return False
    wanted = document.of_recovery(
        record["service"], record["deployment_id"], requested_by="sweep", reason="found by the sweep"
    )
    logger.info("starting a recovery", extra={"recovery": name})
    return world.executions.start(world.machine_arn, name, wanted)
