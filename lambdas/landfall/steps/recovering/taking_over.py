"""Makes an execution the one that recovers a deployment whose own execution is gone."""

from __future__ import annotations

from landfall.abort import aborted
from landfall.chain import Record
from landfall.errors import AwsCallFailed
from landfall.intake.request import Recovery
from landfall.ledger import recovery, resolved
from landfall.ledger.recovery import Plan
from landfall.ledger.resolved import Resolved
from landfall.model import Failure, Release
from landfall.runtime.step import logger
from landfall.runtime.world import World
from landfall.steps.recovering import missing_record


def taken_over(mine: Release, wanted: Recovery, world: World) -> Resolved:
    """Find out what the lost execution left to do, and take that work over."""
    record = _record(wanted, world)
    plan = _plan(record, mine, world)
    if record is None or plan.ended is None:
        return resolved.judged(mine, plan.verdict)
    if not world.ledger.claim_recovery(record, mine.execution_arn):
        return resolved.ignored(mine, "another execution recovers it")
    lost = plan.ended.release
    lock = world.locks.read(lost.service)
    held = lock is not None and lock.deployment_id == lost.deployment_id
    return resolved.recovering(plan, lock.fence if lock and held else 0)


def _record(wanted: Recovery, world: World) -> Record | None:
    if not wanted.execution_arn:
        return world.ledger.record(wanted.service, wanted.deployment_id)
    known = world.ledger.of_execution(wanted.execution_arn)
    return missing_record.opened(wanted.execution_arn, world) if known is None else known


def _plan(record: Record | None, mine: Release, world: World) -> Plan:
    status = world.executions.status
    other = record.get("recovered_by") if record else None
    another = status(other) if other and other != mine.execution_arn else None
    ended_as = status(str(record.get("execution_arn", ""))) if record else None
    last = None
    if record and ended_as == "SUCCEEDED":
        last = world.executions.events(record["execution_arn"])[-1].state
    return recovery.plan(record, ended_as, another, last, _led_back(record, world))


def _led_back(record: Record | None, world: World) -> Failure | None:
    """Return why an aborted deployment was already going back; empty if that can't be read.

    Only aborted deployments need this: an abort must not hide the release's own failure.
    """
    if record is None or aborted.FIELD not in record or "progress" not in record or "outcome" in record:
        return None
    try:
        return recovery.led_back(world.executions.events(str(record["execution_arn"])))
    except AwsCallFailed as error:
        logger.warning("the history of an aborted deployment could not be read", extra={"why": str(error)})
        return None
