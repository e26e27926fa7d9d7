"""The report of a deployment: one document, the source of the JSON for programs and the Markdown for people.

Its shape is published as docs/schemas/report.schema.json, which is made from these classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from landfall import console
from landfall.abort.aborted import Aborted
from landfall.after.inquiry import Inquiry
from landfall.approval.approval import Approval
from landfall.gates import gate_log, gate_words
from landfall.gates.gate_words import ToldGate
from landfall.ledger import deployment_record
from landfall.ledger.deployment_record import Ended
from landfall.ledger.execution_history import Entry
from landfall.ledger.task_times import TaskTimes
from landfall.logs.task_logs import Line, Place, Tally
from landfall.migration.migration import Migration
from landfall.model import Baseline, Deployment, Failure, Outcome, Release
from landfall.proof.observed import Look
from landfall.smoke.case import Check
from landfall.telling import deployment_notice
from landfall.telling.report.latency import NOTHING_TIMED, Latencies
from landfall.telling.report.served import Provenance, Target, provenance, target

SCHEMA = 4
"""Of reports. Since 4 they tell when tasks were pulled, started and stopped, and their addresses; since 3 of tasks,
targets and log lines; 1 and 2 had neither schema nor log lines."""
LAST_LINES = 50
"""How many log lines a report has (R6)."""
UNREAD = "not read: no task was started"


@dataclass(frozen=True)
class LogLines:
    """The logs of the release's tasks: counts, the counts of the time before, and the last lines, redacted.

    `read` says where they were read, or why they were not.
    """

    read: str
    written: Tally | None = None
    before: Tally | None = None
    last: tuple[Line, ...] = ()


_NOTHING = Look(None)


@dataclass(frozen=True)
class Seen:
    """The data that was read for the report, after the end. `unread` says what could not be read, in AWS's words."""

    look: Look = _NOTHING
    history: tuple[Entry, ...] = ()
    logs: LogLines = LogLines(UNREAD)
    place: Place | None = None
    unread: tuple[str, ...] = ()
    times: tuple[TaskTimes, ...] = ()
    latencies: Latencies = NOTHING_TIMED


@dataclass(frozen=True)
class Report:
    """Everything that is known of one deployment. Times are ISO 8601 with their zone; durations are seconds."""

    schema: int
    outcome: Outcome
    code: str
    why: str
    live_now: str
    what_next: str
    service: str
    deployment_id: str
    requested_at: str
    started_at: str
    ended_at: str
    seconds: int | None
    provenance: Provenance
    checks: tuple[Check, ...]
    target_health: tuple[Target, ...]
    timeline: tuple[Entry, ...]
    task_times: tuple[TaskTimes, ...]
    logs: LogLines
    release: Release
    baseline: Baseline | None
    deployment: Deployment | None
    failure: Failure | None
    links: dict[str, str]
    unread: tuple[str, ...]
    migration: Migration | None = None
    gates: tuple[ToldGate, ...] = ()
    after_check: Inquiry | None = None
    approval: Approval | None = None
    latencies: Latencies = NOTHING_TIMED
    abort: Aborted | None = None


def report(ended: Ended, record: Mapping[str, Any], seen: Seen) -> Report:
    """Make the report. `record` is the ledger's closed record, which has the time of the end."""
    release = ended.release
    return Report(
        schema=SCHEMA,
        outcome=ended.outcome,
        code=deployment_notice.code(ended),
        why=deployment_record.why(ended),
        live_now=deployment_record.live_now(ended),
        what_next=deployment_notice.advice(ended) or deployment_notice.NOTHING_TO_DO,
        service=release.service,
        deployment_id=release.deployment_id,
        requested_at=release.requested_at,
        started_at=release.started_at,
        ended_at=str(record["ended_at"]),
        seconds=deployment_record.seconds(record),
        provenance=provenance(ended, seen.look),
        checks=ended.checks,
        target_health=tuple(target(each) for each in seen.look.targets),
        timeline=seen.history,
        task_times=seen.times,
        logs=seen.logs,
        release=release,
        baseline=ended.baseline,
        deployment=ended.deployment,
        failure=ended.failure,
        links=_links(release, seen),
        unread=seen.unread,
        migration=ended.migration,
        gates=gate_words.told(gate_log.read(record), ended.outcome),
        after_check=ended.after_check,
        approval=ended.approval,
        latencies=seen.latencies,
        abort=ended.abort,
    )


def document(made: Report) -> dict[str, Any]:
    """Return the report in a form for JSON."""
    return dict(_plain(asdict(made)))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def _links(release: Release, seen: Seen) -> dict[str, str]:
    links = {"execution": console.execution(release.execution_arn)}
    if seen.look.service:
        links["service"] = console.service(seen.look.service.arn)
    if seen.place:
        links["logs"] = console.log_group(console.region_of(release.execution_arn), seen.place.group)
    return links
