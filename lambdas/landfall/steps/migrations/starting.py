"""Starts a migration once, and records each action in the ledger before and after it."""

from __future__ import annotations

from dataclasses import replace

from landfall.aws.one_off_tasks import OneOffTasks, Ran
from landfall.change import task_definition, update_result
from landfall.errors import AwsCallFailed
from landfall.migration import judgement, migration, migration_words, run_task
from landfall.migration.migration import Migration, Stage
from landfall.model import Deployment, Release, Verdict, wait
from landfall.runtime.world import World
from landfall.settings.migration import MigrationSettings
from landfall.steps import open_record
from landfall.steps.open_record import Field

STARTED = "MIGRATION_STARTED"
ROOM_SECONDS = 60
"""The pause after ECS had no room for the task: capacity takes minutes to appear, and is not evidence (law 8)."""


def begun(release: Release, deployment: Deployment, world: World) -> Verdict:
    """Start the migration, or find that it was started already. WAIT `MIGRATION_STARTED` with a task to look at."""
    record = open_record.read(release, world)
    known, field = migration.read(record), open_record.field(release, world, migration.FIELD, record)
    if known and known.task:
        return judgement.conclusion(known) if known.is_over else _started(known, release)
    if known and known.stage == Stage.UNKNOWN:
        return judgement.conclusion(known)
    tasks = world.one_off_tasks(release.service)
    if known is None:
        refusal = _unfit(release, deployment, world) or _another(release, deployment, tasks)
        if refusal:
            return refusal
    if not world.holds_lock(release):
        return update_result.lock_lost()
    if known is None:
        known = run_task.intended(deployment, world.service(release.service), world.now())
        field.write(migration.written(known))
    elif not run_task.may_repeat(known, world.now()):
        return _sought(known, tasks, field)
    return _asked(known, tasks, field)


def with_task(known: Migration, arn: str, world: World) -> Migration:
    """Return a migration whose task is known."""
    return replace(known, stage=Stage.STARTED, task=arn, asked_at=world.now().isoformat(), stopped_reason="")


def _unfit(release: Release, deployment: Deployment, world: World) -> Verdict | None:
    service = world.service(release.service)
    template, _ = world.ecs(release.service).task_definition(deployment.task_definition)
    settings = service.migration or MigrationSettings(())
    return run_task.unfit(template, run_task.container_of(service, settings), service.name, settings.timeout_seconds)


def _another(release: Release, deployment: Deployment, tasks: OneOffTasks) -> Verdict | None:
    """Wait for a migration of this service that an earlier deployment left running: two at once would do harm."""
    family = task_definition.family(deployment.task_definition)
    own = run_task.started_by(release.deployment_id)
    left = [task for task in tasks.running(family, run_task.STARTED_BY) if task.started_by != own]
    if not left:
        return None
    task, other = left[0].arn, left[0].started_by.removeprefix(run_task.STARTED_BY)
    why = f"task {task} still migrates for the earlier deployment {other}; no migration was started for this one"
    return wait(
        run_task.OF_ANOTHER,
        f"{why}; to stop it: {migration_words.stop_command(task)}",
        release.limits.smoke_interval_seconds,
    )


def _asked(known: Migration, tasks: OneOffTasks, field: Field) -> Verdict:
    """Call RunTask. After a lost reply, a refusal may hide a task, so this searches for the task.

    If the token is in use, there is a task. If ECS does not name it, it is UNKNOWN whether the migration ran.
    """
    release, world = field.release, field.world
    settings = world.service(release.service).migration or MigrationSettings(())
    try:
        ran = tasks.run(run_task.request(release, known, settings.command, tasks.placement()))
    except AwsCallFailed as error:
        if error.code not in run_task.REFUSALS and error.code != run_task.CONFLICT:
            raise
        found = tasks.started_by(run_task.started_by(release.deployment_id))
        if found is None and error.code == run_task.CONFLICT:
            return _hidden(judgement.unknown(known, str(error)), field)
        ran = Ran(task=found.arn) if found else Ran(failure=str(error), final=True)
    if not ran.task:
        why = replace(known, stage=Stage.NEVER_STARTED, stopped_reason=ran.failure)
        field.write(migration.written(why))
        pause = release.limits.smoke_interval_seconds
        pause = pause if ran.final else max(pause, ROOM_SECONDS)
        return wait("MIGRATION_REFUSED", judgement.conclusion(why).reason, pause)
    now_known = with_task(known, ran.task, world)
    field.write(migration.written(now_known))
    return _started(now_known, release)


def _hidden(lost: Migration, field: Field) -> Verdict:
    """Give up a migration whose task exists but can't be found: the task may run."""
    field.write(migration.written(lost))
    return judgement.conclusion(lost)


def _sought(known: Migration, tasks: OneOffTasks, field: Field) -> Verdict:
    """Look for the task: the token may be invalid by now, so a second call could start a second task."""
    release = field.release
    found = tasks.started_by(run_task.started_by(release.deployment_id))
    if found:
        known = with_task(known, found.arn, field.world)
    elif known.stage != Stage.NEVER_STARTED:
        why = f"RunTask may have been called after {known.intended_at}, and ECS knows no such task any more"
        known = judgement.unknown(known, why)
    field.write(migration.written(known))
    return _started(known, release) if found else judgement.conclusion(known)


def _started(known: Migration, release: Release) -> Verdict:
    return wait(STARTED, f"task {known.task} migrates", release.limits.stability_poll_seconds)
