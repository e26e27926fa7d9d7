"""Report: closes the ledger record, anchors it, then writes the report. Neither can change the outcome."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from landfall import chain, evidence
from landfall.chain import Record
from landfall.errors import AwsCallFailed
from landfall.evidence import Ended
from landfall.model import UNKNOWN_SERVICE, Release
from landfall.step import logger, parse, step
from landfall.world import World

LOST = "LOST"


@dataclass(frozen=True)
class Output:
    """Where the report lies, and the outcome that the record holds: LOST where another execution goes on from here."""

    report: str | None
    outcome: str


def run(ended: Ended, world: World) -> Output:
    """Close the record first: it is what everything else is checked against. Safe to repeat."""
    ended = _with_its_own_record(ended, world)
    now, release = world.now(), ended.release
    record = world.ledger.close(evidence.closed(ended, now))
    if record is None:
        record = world.ledger.record(release.service, release.deployment_id) or {}
        settled = str(record.get("outcome", LOST))
        if settled != ended.outcome or "reported" in record:
            logger.info("the record is closed already, or another execution took over", extra={"settled": settled})
            return Output(record.get("reported"), settled)
    _anchor(record, world)
    timeline = _timeline(release.execution_arn, world)
    prefix = f"{release.service}/{release.deployment_id}"
    world.reports.put(f"{prefix}/report.json", evidence.report_json(ended, timeline, now), "application/json")
    text = evidence.report_markdown(ended, timeline, now)
    report = world.reports.put(f"{prefix}/report.md", text, "text/markdown; charset=utf-8")
    world.ledger.mark(release.service, release.deployment_id, reported=report)
    return Output(report, ended.outcome.value)


def _anchor(record: Record, world: World) -> None:
    """Repeat in the locked bucket what HEAD is. Before the report: what is marked as reported is anchored."""
    head = chain.head_of(record)
    if head is not None:
        body = chain.canonical(asdict(head)).decode()
        world.reports.put_once(chain.anchor_of(head).key, body, "application/json")


def _with_its_own_record(ended: Ended, world: World) -> Ended:
    """Find the record of a Resolve step that opened one and then died before it could say of which service."""
    if ended.release.service != UNKNOWN_SERVICE:
        return ended
    record = world.ledger.of_execution(ended.release.execution_arn)
    return replace(ended, release=parse(Release, json.loads(record["release"]))) if record else ended


def _timeline(execution_arn: str, world: World) -> list[tuple[datetime, str]]:
    """Return when each state was entered; a report without it is better than none."""
    try:
        return world.executions.states_entered(execution_arn)
    except AwsCallFailed as error:
        logger.warning("the history could not be read", extra={"why": str(error)})
        return []


handler = step(Ended, run)
