"""Report: closes the ledger record, then writes the report. Neither can change the outcome."""

from __future__ import annotations

from dataclasses import dataclass

from landfall import evidence
from landfall.evidence import Ended
from landfall.step import logger, step
from landfall.world import World


@dataclass(frozen=True)
class Output:
    """Where the report lies."""

    report: str


def run(ended: Ended, world: World) -> Output:
    """Close the record first: it is what everything else is checked against. Safe to repeat."""
    now, release = world.now(), ended.release
    if not world.ledger.close(evidence.closed(ended, now)):
        logger.info("the record is closed already: this is a replay, or a recovery was faster")
        record = world.ledger.record(release.service, release.deployment_id) or {}
        if "reported" in record:
            return Output(str(record["reported"]))
    timeline = world.executions.states_entered(release.execution_arn)
    prefix = f"{release.service}/{release.deployment_id}"
    world.reports.put(f"{prefix}/report.json", evidence.report_json(ended, timeline, now), "application/json")
    text = evidence.report_markdown(ended, timeline, now)
    report = world.reports.put(f"{prefix}/report.md", text, "text/markdown; charset=utf-8")
    world.ledger.mark(release.service, release.deployment_id, reported=report)
    return Output(report)


handler = step(Ended, run)
