"""Report: closes the ledger record, anchors it, then writes the report. Neither can change the outcome."""

from __future__ import annotations

from dataclasses import dataclass

from landfall.ledger import deployment_record, recovery
from landfall.ledger.deployment_record import Ended
from landfall.partitions import UNKNOWN_SERVICE
from landfall.runtime.step import logger, step
from landfall.runtime.world import World
from landfall.steps import metering
from landfall.steps.reporting import filing

LOST = "LOST"


@dataclass(frozen=True)
class Output:
    """Where the report is, and the outcome in the record: LOST if another execution took over."""

    report: str | None
    outcome: str


def run(ended: Ended, world: World) -> Output:
    """Close the record first: everything else is checked against it. Safe to repeat."""
    ended = deployment_record.redacted(_with_record(_completed(ended, world), world), world.settings.redaction.kinds)
    record = world.ledger.close(deployment_record.closed(ended, world.now()))
    if record is None:
        record = world.ledger.record(ended.release.service, ended.release.deployment_id) or {}
        settled = str(record.get("outcome", LOST))
        if settled != ended.outcome or "reported" in record:
            logger.info("the record is closed already, or another execution took over", extra={"settled": settled})
            return Output(record.get("reported"), settled)
    else:
        metering.settled(record)
    filing.anchored(record, world)
    return Output(filing.reported(ended, record, world), ended.outcome.value)


def _with_record(ended: Ended, world: World) -> Ended:
    """Add the migration, the after-check and the sign-off from the record, if there may be one."""
    release = ended.release
    may_say = release.migration_attempts or release.after_attempts or release.approval_attempts
    record = world.ledger.record(release.service, release.deployment_id) if may_say else None
    return deployment_record.with_record(ended, record)


def _completed(ended: Ended, world: World) -> Ended:
    """Add what a recovery left out, or find the record that a Resolve step opened before it died."""
    release = ended.release
    if release.image:
        return ended
    if release.service == UNKNOWN_SERVICE:
        return recovery.completed(ended, world.ledger.of_execution(release.execution_arn))
    return recovery.completed(ended, world.ledger.record(release.service, release.deployment_id))


handler = step(Ended, run)
