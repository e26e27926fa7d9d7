"""Reads one deployment: its record, and its report, or without a report what Step Functions and ECS say now."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from cli import compared
from cli.cloud import Cloud
from cli.exits import Refused
from cli.ui.environments import FAILURES, Environment
from cli.ui.reading import task_times
from cli.ui.views import page_words
from landfall.aws.cloudwatch.logs import TaskLogs
from landfall.aws.dynamodb.ledger_chain import WALKED
from landfall.aws.ecs import task_definition
from landfall.aws.executions import MOST_EVENTS, Executions
from landfall.aws.trying import trying
from landfall.chain import Record
from landfall.ledger.deployment_difference import Difference, difference_of
from landfall.ledger.execution_history import Event
from landfall.ledger.task_times import KEPT_SECONDS, TaskTimes, of_report
from landfall.logs import task_logs
from landfall.logs.task_logs import Line, Written
from landfall.redaction import redacted
from landfall.settings import Service

READS = WALKED + 10
"""Items of this page: the record, and the proven releases before it, back to the first with another image."""
LOGGING_TASKS, LINES = 3, 30
"""Newest tasks of a deployment under way whose log lines are read, and lines of each."""
REPORT_LIMIT = 2_000_000
"""Bytes of a report that are read; a report of 50 tasks and 50 log lines has about 60,000."""
_T = TypeVar("_T")


@dataclass
class Deployment:
    """What was read. `report` is empty while there is none; `unread` says what could not be read."""

    environment: str
    at: datetime
    record: Record
    local: bool
    report: Mapping[str, Any] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    tasks: tuple[TaskTimes, ...] = ()
    lines: tuple[Line, ...] = ()
    difference: Difference | None = None
    signed: bool | None = None
    unread: list[str] = field(default_factory=list)

    @property
    def open(self) -> bool:
        """Say whether it has no outcome yet."""
        return "outcome" not in self.record


def deployment(environment: Environment, service: str, name: str) -> Deployment:
    """Read a deployment. Raises Refused if there is none of that name."""
    with environment.page(READS) as cloud:
        record = cloud.ledger.record(service, name)
        if record is None:
            raise Refused(
                "NO_DEPLOYMENT", f"the ledger of {environment.name} has no deployment {name!r} of {service!r}"
            )
        found = Deployment(environment.name, datetime.now(UTC), record, cloud.local)
        _read(cloud, found)
    return found


def _read(cloud: Cloud, found: Deployment) -> None:
    record, arn = found.record, str(found.record.get("execution_arn", ""))
    if not found.open:
        found.report = _tried(found, "its report", lambda: _report(cloud, record)) or {}
        found.signed = _tried(found, "the signing key", lambda: cloud.signing.signed(record))
    found.events = _tried(found, "the execution's history", lambda: _events(cloud, arn)) or []
    settings = cloud.settings.named(str(record["service"]))
    found.tasks = of_report(found.report)
    if settings and not found.tasks and _recent(found):
        times = lambda: task_times.of(cloud.client("ecs"), settings.cluster, settings.service)  # noqa: E731
        found.tasks = _tried(found, "the times of its tasks", times) or ()
    if settings and found.open and found.tasks:
        found.lines = _tried(found, "its log lines", lambda: _lines(cloud, settings, found.tasks)) or ()
    if settings and not found.open and record.get("task_definition"):
        found.difference = _tried(found, "the release before it", lambda: _difference(cloud, settings, record))


def _tried(found: Deployment, what: str, read: Callable[[], _T]) -> _T | None:
    try:
        return read()
    except FAILURES as error:
        found.unread.append(f"{what}: {error}")
        return None


def _recent(found: Deployment) -> bool:
    ended = page_words.moment(found.record.get("ended_at"))
    return found.open or (ended is not None and (found.at - ended).total_seconds() < KEPT_SECONDS)


def _report(cloud: Cloud, record: Record) -> Mapping[str, Any]:
    key = f"{record['service']}/{record['deployment_id']}/report.json"
    with trying(f"reading {key}"):
        client, bucket = cloud.client("s3"), cloud.outputs["ReportBucketName"]
        told = json.loads(client.get_object(Bucket=bucket, Key=key)["Body"].read(REPORT_LIMIT))
    return told if isinstance(told, Mapping) else {}


def _events(cloud: Cloud, arn: str) -> list[Event]:
    """Return the newest events, one page of them. A rollout of 15 minutes has fewer."""
    return Executions(cloud.client("stepfunctions")).newest_events(arn, MOST_EVENTS)


def _difference(cloud: Cloud, settings: Service, record: Record) -> Difference | None:
    """Return the difference from the release that was proven before it; None if there was none."""
    try:
        before = compared.proven_before(cloud, record)
    except Refused:
        return None
    return difference_of(*compared.read(cloud, settings, before, record))


def _lines(cloud: Cloud, settings: Service, tasks: tuple[TaskTimes, ...]) -> tuple[Line, ...]:
    """Return the newest log lines of the tasks that were placed last, redacted; none without a log group."""
    if not (settings.logs.group or settings.stack):
        return ()
    placed = sorted((t for t in tasks if t.created_at), key=lambda t: t.created_at or datetime.min, reverse=True)
    if not placed:
        return ()
    revision, _ = task_definition(cloud.client("ecs"), placed[0].revision)
    place, logs, written = task_logs.place(revision, settings.container), TaskLogs(cloud.client("logs")), Written()
    if place is None:
        return ()
    for task in [t for t in placed if t.revision == placed[0].revision][:LOGGING_TASKS]:
        written += logs.of_task(place, task.arn, LINES)
    kinds = cloud.settings.redaction.kinds
    return tuple(replace(line, text=redacted(line.text, kinds)) for line in written.lines[-LINES:])
