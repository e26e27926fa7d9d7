"""Report: closes the ledger record, anchors it, then writes the report. Neither can change the outcome."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from landfall import chain
from landfall.chain import SIGNATURE, Record
from landfall.ledger import deployment_record, recovery
from landfall.ledger.deployment_record import Ended
from landfall.model import UNKNOWN_SERVICE
from landfall.runtime.step import logger, step
from landfall.runtime.world import World
from landfall.steps import aftermath, metering
from landfall.telling.report import document, report
from landfall.telling.report import text as report_text

LOST = "LOST"


@dataclass(frozen=True)
class Output:
    """Where the report lies, and the outcome that the record holds: LOST where another execution goes on from here."""

    report: str | None
    outcome: str


def run(ended: Ended, world: World) -> Output:
    """Close the record first: it is what everything else is checked against. Safe to repeat."""
    ended = deployment_record.redacted(_completed(ended, world), world.settings.redaction.kinds)
    release = ended.release
    record = world.ledger.close(deployment_record.closed(ended, world.now()))
    if record is None:
        record = world.ledger.record(release.service, release.deployment_id) or {}
        settled = str(record.get("outcome", LOST))
        if settled != ended.outcome or "reported" in record:
            logger.info("the record is closed already, or another execution took over", extra={"settled": settled})
            return Output(record.get("reported"), settled)
    else:
        metering.settled(record)
    _anchor(record, world)
    return Output(_write(ended, record, world), ended.outcome.value)


def _write(ended: Ended, record: Record, world: World) -> str:
    """Write the report twice, for programs and for people, and say in the record where it is."""
    release, made = ended.release, report(ended, record, aftermath.seen(ended, record, world))
    prefix = f"{release.service}/{release.deployment_id}"
    world.reports.put(f"{prefix}/report.json", json.dumps(document(made), indent=2), "application/json")
    uri = world.reports.put(f"{prefix}/report.md", report_text.markdown(made), "text/markdown; charset=utf-8")
    world.ledger.mark(release.service, release.deployment_id, reported=uri)
    return uri


def _anchor(record: Record, world: World) -> None:
    """Repeat in the locked bucket what HEAD is. Before the report: what is marked as reported is anchored."""
    head = chain.head_of(record)
    if head is None:
        return
    signature = {SIGNATURE: record[SIGNATURE]} if SIGNATURE in record else {}
    if signature:
        world.signing.begin(head.service)
    body = chain.canonical({**asdict(head), **signature}).decode()
    world.reports.put(chain.anchor_of(head).key, body, "application/json")


def _completed(ended: Ended, world: World) -> Ended:
    """Put back what a recovery left out; and find the record of a Resolve step that opened one and then died."""
    release = ended.release
    if release.image:
        return ended
    if release.service == UNKNOWN_SERVICE:
        return recovery.completed(ended, world.ledger.of_execution(release.execution_arn))
    return recovery.completed(ended, world.ledger.record(release.service, release.deployment_id))


handler = step(Ended, run)
