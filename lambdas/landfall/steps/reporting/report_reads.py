"""The Report step's reads after the end. They decide nothing, so no failure here may stop the report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from landfall.chain import Record
from landfall.ledger import deployment_record, execution_history, task_times
from landfall.ledger.deployment_record import Ended
from landfall.ledger.execution_history import Entry, Event
from landfall.ledger.task_times import TaskTimes
from landfall.logs import task_logs
from landfall.logs.task_logs import Line, Place, Written
from landfall.proof.observed import Look
from landfall.redaction import redacted
from landfall.runtime.step import logger
from landfall.runtime.world import World
from landfall.settings import Service
from landfall.steps.reporting import report_latency
from landfall.telling.report import LAST_LINES, LogLines, Seen
from landfall.telling.report.latency import Latencies
from landfall.telling.report.served import of_interest

BUDGET = timedelta(seconds=12)
"""The part of the step's minute for reading. After it the report is written without the rest."""
SHOWN = 100
"""Running and stopped tasks that are read after a success, one page of each: a report shows fewer."""
TIMED = 100
"""Tasks whose times a report holds, the release's own first: 300 bytes each."""
_T = TypeVar("_T")


def seen(ended: Ended, record: Record, world: World) -> Seen:
    """Read the history, the service, its tasks and targets, and the tasks' logs."""
    reader = _Reader(world)
    told = _history(ended, record, reader)
    settings = world.settings.named(ended.release.service)
    if settings is None:
        return Seen(history=told, unread=tuple(reader.unread))
    look, times = _look(settings, None if ended.failure else SHOWN, reader)
    revision, since = deployment_record.revision(ended), ended.release.started_at
    of_deployment = task_times.of_interest(times, revision, since)[:TIMED]
    place = reader.read("where its tasks write", lambda: _place(ended, settings, world))
    lines = _logs(ended, look, place, settings, reader)
    latencies = _latencies(ended, told, look, reader)
    return Seen(look, told, lines, place, tuple(reader.unread), of_deployment, latencies)


class _Reader:
    """Reads as long as there is time, and notes what could not be read."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.unread: list[str] = []
        self._until = world.now() + BUDGET

    def read(self, what: str, look: Callable[[], _T]) -> _T | None:
        if self.world.now() > self._until:
            self.unread.append(f"{what}: AWS was too slow")
            return None
        try:
            return look()
        except Exception as error:  # on any error, the report is still written
            logger.warning("not read for the report", extra={"what": what}, exc_info=True)
            self.unread.append(redacted(f"{what}: {error}", self.world.settings.redaction.kinds))
            return None


def _history(ended: Ended, record: Record, reader: _Reader) -> tuple[Entry, ...]:
    """Return the timeline of the execution, followed by that of its recovery."""
    arns = dict.fromkeys((ended.release.execution_arn, str(record.get("recovered_by", ""))))
    found: list[Event] = []
    for arn in filter(None, arns):
        found += reader.read("the execution's history", partial(reader.world.executions.events, arn)) or []
    kinds = reader.world.settings.redaction.kinds
    return tuple(replace(entry, reason=redacted(entry.reason, kinds)) for entry in execution_history.timeline(found))


def _look(settings: Service, most: int | None, reader: _Reader) -> tuple[Look, tuple[TaskTimes, ...]]:
    """Look at the service, at `most` tasks of each status with their times, and at its targets."""
    ecs, elb = reader.world.ecs(settings.name), reader.world.elb
    if (service := reader.read("the service", ecs.service)) is None:
        return Look(None), ()
    statuses = ("RUNNING", "STOPPED")
    tasks = reader.read("its tasks", partial(ecs.tasks_and_times, *statuses, most=most)) or ()
    targets = reader.read("its targets", partial(elb.targets, service.target_groups)) or ()
    return Look(service, tuple(task for task, _ in tasks), targets), tuple(times for _, times in tasks)


def _latencies(ended: Ended, told: tuple[Entry, ...], look: Look, reader: _Reader) -> Latencies:
    service = look.service
    if service is None:
        return Latencies()
    return reader.read("its latency", lambda: report_latency.read(ended, told, service, reader.world)) or Latencies()


def _place(ended: Ended, settings: Service, world: World) -> Place | None:
    revision = deployment_record.revision(ended)
    if not revision:
        return None
    return task_logs.place(world.ecs(settings.name).task_definition(revision)[0], settings.container)


def _logs(ended: Ended, look: Look, place: Place | None, settings: Service, reader: _Reader) -> LogLines:
    revision = deployment_record.revision(ended)
    tasks = [t.arn for t in of_interest(look.tasks, revision) if t.task_definition == revision][: task_logs.MOST_TASKS]
    if not tasks:
        return LogLines("not read: no task of the release was found")
    if not (settings.logs.group or settings.stack):
        return LogLines(f"not read: services.{settings.name}.logs.group is not set")
    if place is None:
        return LogLines("not read: its tasks do not write to CloudWatch Logs, or to streams without a prefix")
    written = Written()
    for task in tasks:
        written += reader.read("its lines", partial(reader.world.logs.of_task, place, task)) or Written(whole=False)
    before, pattern = _before(ended, place, settings, reader), settings.logs.error_pattern
    return LogLines(
        f"{place.group}, streams {place.stream('*')}",
        reader.read("its errors", partial(task_logs.tally, written, pattern)),
        reader.read("the errors before", partial(task_logs.tally, before, pattern)) if before else None,
        reader.read("its last lines", partial(_redacted, written.lines[-LAST_LINES:], reader.world)) or (),
    )


def _before(ended: Ended, place: Place, settings: Service, reader: _Reader) -> Written | None:
    if not ended.release.started_at:
        return None
    minutes = settings.logs.baseline_minutes

    def look() -> Written:
        return reader.world.logs.before(place, datetime.fromisoformat(ended.release.started_at), minutes)

    return reader.read("the lines before", look)


def _redacted(lines: tuple[Line, ...], world: World) -> tuple[Line, ...]:
    kinds = world.settings.redaction.kinds
    return tuple(replace(line, text=redacted(line.text, kinds)) for line in lines)
