"""Reads one deployment: its record, its report if it has one, else what Step Functions and ECS say of it now."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from cli.cloud import Cloud
from cli.exits import Refused
from cli.ui.environments import FAILURES, Environment
from cli.ui.reading import task_times
from cli.ui.reading.task_times import TaskTimes
from cli.ui.views import words
from landfall.aws.ecs import task_definition
from landfall.aws.executions import MOST_EVENTS, Executions
from landfall.aws.trying import trying
from landfall.chain import Record
from landfall.change import difference
from landfall.change.difference import Change
from landfall.change.task_definition import ACCEPTED
from landfall.ledger.execution_history import Event

READS = 2
"""Items of this page: the record. The rest is in the bucket and at other services of AWS."""
REPORT_LIMIT = 2_000_000
"""Bytes of a report that are read; one of 50 tasks and 50 log lines has about 60,000."""
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
    changes: tuple[Change, ...] | None = None
    signed: bool | None = None
    unread: list[str] = field(default_factory=list)

    @property
    def open(self) -> bool:
        """Say whether it has no outcome yet."""
        return "outcome" not in self.record


def deployment(environment: Environment, service: str, name: str) -> Deployment:
    """Read a deployment. Raises Refused where there is none of that name."""
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
    if settings and _recent(found):
        times = lambda: task_times.of(cloud.client("ecs"), settings.cluster, settings.service)  # noqa: E731
        found.tasks = _tried(found, "the times of its tasks", times) or ()
    if record.get("task_definition") and record.get("baseline_task_definition"):
        found.changes = _tried(found, "its revisions", lambda: _changes(cloud, record))


def _tried(found: Deployment, what: str, read: Callable[[], _T]) -> _T | None:
    try:
        return read()
    except FAILURES as error:
        found.unread.append(f"{what}: {error}")
        return None


def _recent(found: Deployment) -> bool:
    ended = words.moment(found.record.get("ended_at"))
    return found.open or (ended is not None and (found.at - ended).total_seconds() < task_times.KEPT_SECONDS)


def _report(cloud: Cloud, record: Record) -> Mapping[str, Any]:
    key = f"{record['service']}/{record['deployment_id']}/report.json"
    with trying(f"reading {key}"):
        client, bucket = cloud.client("s3"), cloud.outputs["ReportBucketName"]
        told = json.loads(client.get_object(Bucket=bucket, Key=key)["Body"].read(REPORT_LIMIT))
    return told if isinstance(told, Mapping) else {}


def _events(cloud: Cloud, arn: str) -> list[Event]:
    """Return the newest events, a page of them. A rollout of 15 minutes has less."""
    return Executions(cloud.client("stepfunctions")).newest_events(arn, MOST_EVENTS)


def _changes(cloud: Cloud, record: Record) -> tuple[Change, ...]:
    ecs = cloud.client("ecs")
    (before, _), (after, _) = (
        task_definition(ecs, str(record[name])) for name in ("baseline_task_definition", "task_definition")
    )
    return difference.changes(before, {}, {name: after[name] for name in ACCEPTED if after.get(name)})
