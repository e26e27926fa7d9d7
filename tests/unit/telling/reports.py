"""A deployment that ended, and what was seen of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from landfall.ledger import deployment_record
from landfall.ledger.execution_history import Entry
from landfall.logs.task_logs import Line, Place, Tally
from landfall.model import Outcome
from landfall.proof.observed import Look
from landfall.smoke.case import Check
from landfall.telling.report import LogLines, Report, Seen, report
from tests.support import builders as b
from tests.support.endings import ENDINGS

CHECKS = (Check("version", "PASS", f"gitSha {b.SHA}", "5 of 5 answers"),)
SEEN = Seen(
    Look(b.service(), (b.task(1), b.task(2, last_status="STOPPED", stopped_reason="OutOfMemory")), (b.target(1),)),
    (Entry(b.NOW, "Resolve", 0.5), Entry(b.NOW, "CheckStability", 9.25, 3, "WAIT", "IN_PROGRESS", "1 of 2 run")),
    LogLines("/landfall/sample", Tally(40, 2), Tally(900, 3), (Line(b.NOW, "arn/task/c/1", "ERROR no database"),)),
    Place("/landfall/sample", "sample", "app"),
)


def made(outcome: Outcome, seen: Seen = SEEN) -> Report:
    """Return the report of an ending."""
    ended = replace(ENDINGS[outcome], checks=CHECKS)
    ended = replace(ended, release=replace(ended.release, started_at=(b.NOW - timedelta(seconds=90)).isoformat()))
    return report(ended, deployment_record.closed(ended, b.NOW), seen)
