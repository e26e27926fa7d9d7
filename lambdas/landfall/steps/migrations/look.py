"""Looks at a migration's task, records how it ended, and notifies people if the service is unhealthy meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from landfall import redaction, wire
from landfall.aws.one_off_tasks import OneOffTasks
from landfall.errors import AwsBusy, AwsCallFailed
from landfall.logs import task_logs
from landfall.migration import judgement, migration, run_task, service_health
from landfall.migration.judgement import Looked
from landfall.migration.migration import Migration, Stage
from landfall.model import Baseline, Deployment, Release, Verdict, passed, wait
from landfall.proof.observed import Look, TaskView
from landfall.runtime.step import logger
from landfall.runtime.world import World
from landfall.steps import open_record
from landfall.steps.migrations import starting
from landfall.telling import migration_notice

SOUGHT = 2
"""How many looks search for a task of which only the intent is known: one stale read decides nothing."""
KEPT = timedelta(hours=1)
"""How long ECS knows a stopped task (ECS API reference, DescribeTasks)."""
READ, LAST_LINES, LINE_LIMIT, TEXT_LIMIT = 50, 20, 300, 500
"""How many log lines are kept, the bytes of each, and the bytes of ECS's reason."""


@dataclass(frozen=True)
class Migrating:
    """The migration to look at. `attempt` counts the looks from 1. `recovering`: its execution is gone."""

    release: Release
    baseline: Baseline
    deployment: Deployment
    attempt: int = 1
    recovering: bool = False


def assess(event: Migrating, world: World) -> Verdict:
    """Look once, and record changes. Safe to repeat: a finished migration is judged by its record."""
    release = event.release
    record = world.ledger.record(release.service, release.deployment_id)
    before, field = migration.read(record), open_record.field(release, world, migration.FIELD, record)
    if before is None:
        return passed("NO_MIGRATION", "no migration was begun")
    if before.is_over:
        after = _with_lines(before, world, release) if _lacks_lines(before) else before
        looked = Looked(_settled(after))
    else:
        looked = _looked(event, before, world)
    known = looked.migration
    if not before.is_over and known.is_over:
        known = _with_lines(_redacted(known, world), world, release)
    if not before.is_over and not event.recovering:
        known = _health(event, before, known, world)
    if known != before:
        field.write(migration.written(known))
    if looked.stop and (refused := _stop(known, release, world)) != known.stopped_reason:
        field.write(migration.written(replace(known, stopped_reason=refused)))
    if looked.verdict:
        return looked.verdict
    if _lacks_lines(known):
        why = "the migration ended; waiting for its last log lines"
        return wait("MIGRATION_LOGS", why, release.limits.stability_poll_seconds)
    return judgement.conclusion(known)


def _looked(event: Migrating, known: Migration, world: World) -> Looked:
    release, tasks, now = event.release, world.one_off_tasks(event.release.service), world.now()
    poll = release.limits.stability_poll_seconds
    if known.task:
        task, unread = _read(known.task, tasks)
        return judgement.judge(known, task, now, poll, unread)
    found = tasks.started_by(run_task.started_by(release.deployment_id))
    if found:
        with_task = starting.with_task(known, found.arn, world)
        return judgement.judge(with_task, found, now, poll)
    return judgement.unfound(known, now, KEPT, poll, sure=event.attempt >= SOUGHT)


def _read(arn: str, tasks: OneOffTasks) -> tuple[TaskView | None, str]:
    """Return the task, or why it can't be read, which says nothing about the migration. Raises AwsBusy."""
    try:
        return tasks.task(arn), ""
    except AwsCallFailed as error:
        if isinstance(error, AwsBusy):
            raise
        return None, wire.cut(str(error), TEXT_LIMIT)


def _stop(known: Migration, release: Release, world: World) -> str:
    """Ask ECS to stop the task. Return why it refused. Each look asks again, so a call may be lost."""
    try:
        world.one_off_tasks(release.service).stop(known.task, f"Landfall: longer than {known.timeout_seconds} s")
    except AwsCallFailed as error:
        logger.warning("the migration's task was not stopped", extra={"why": str(error), "task": known.task})
        return wire.cut(str(error), TEXT_LIMIT)
    return ""


def _health(event: Migrating, before: Migration, known: Migration, world: World) -> Migration:
    """Record the service's health. A failure here must not change the verdict on the migration."""
    release = event.release
    try:
        service = world.ecs(release.service).service()
        has_targets = service is not None and not release.is_worker
        targets = world.elb.targets(service.target_groups) if service and has_targets else ()
        look, now = Look(service, (), targets), world.now()
        known = service_health.noted(known, service_health.problem(look, event.baseline), now)
        if service_health.is_to_be_told(before, known, now, replaced=service_health.is_being_replaced(look)):
            cluster = world.service(release.service).cluster
            notice = migration_notice.notice(release, known, cluster)
            known = replace(known, warned=world.topic.publish(notice))
    except AwsCallFailed as error:
        logger.warning("the service's health was not read during its migration", extra={"why": str(error)})
    return known


def _lacks_lines(known: Migration) -> bool:
    """Say whether lines may still come: they arrive a little after the task's end."""
    may_log = known.stage in (Stage.RAN, Stage.FAILED, Stage.TIMED_OUT)
    return may_log and not known.lines and not known.unread


def _settled(known: Migration) -> Migration:
    return replace(known, unread="it wrote no line that could be read") if _lacks_lines(known) else known


def _with_lines(known: Migration, world: World, release: Release) -> Migration:
    """Return the migration with its last log lines. They are evidence, but decide nothing."""
    if known.stage not in (Stage.RAN, Stage.FAILED, Stage.TIMED_OUT):
        return known
    try:
        place = task_logs.place(world.ecs(release.service).task_definition(known.revision)[0], known.container)
        if place is None:
            return replace(known, unread="its container does not write to CloudWatch Logs with a stream prefix")
        written = world.logs.of_task(place, known.task, READ)
    except AwsCallFailed as error:
        told = redaction.redacted(str(error), world.settings.redaction.kinds)
        return replace(known, unread=wire.cut(f"its log could not be read: {told}", TEXT_LIMIT))
    kinds = world.settings.redaction.kinds
    lines = tuple(wire.cut(redaction.redacted(line.text, kinds), LINE_LIMIT) for line in written.lines[-LAST_LINES:])
    return replace(known, lines=lines, log_group=place.group, log_stream=place.stream(known.task))


def _redacted(known: Migration, world: World) -> Migration:
    def told(text: str) -> str:
        return wire.cut(redaction.redacted(text, world.settings.redaction.kinds), TEXT_LIMIT)

    return replace(known, stopped_reason=told(known.stopped_reason), container_reason=told(known.container_reason))
