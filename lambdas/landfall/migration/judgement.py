"""Judges one look at a migration's task: whether it runs, must be stopped, or ended, and how.

Source: ECS API reference, Task (`stopCode`, `startedAt`) and Container (`exitCode`); ECS developer guide, task
lifecycle. A task may go from PENDING to STOPPED between two looks, so RUNNING need not be seen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from landfall.migration import migration_words
from landfall.migration.migration import Migration, Stage
from landfall.model import Verdict, failed, passed, wait
from landfall.proof.observed import Container, TaskView
from landfall.settings.migration import LONGEST_WAIT, SHARE, STOPPING_SECONDS

MISSING_FOR = timedelta(minutes=5)
"""How long ECS may not know a task that it started: reads are eventually consistent (API reference, RunTask)."""
ENDED_BY_ITSELF = ("EssentialContainerExited", "")
ENDED_UNSTARTED = ("TaskFailedToStart", "UserInitiated")
"""Stop codes of a task that has neither a start nor an exit code because its container never ran."""
NEVER_RAN = ("CannotPull", "CannotCreateContainerError", "CannotStartContainerError")
"""Prefixes of the reason of a container that Docker never started (ECS developer guide, stopped task error codes).
On EC2 such a task says EssentialContainerExited. A DockerTimeoutError is not one: the container may have started."""
INTERRUPTED = ("SpotInterruption", "TerminationNotice", "InfrastructureHealth")
CODES = {
    Stage.RAN: "MIGRATED",
    Stage.FAILED: "MIGRATION_FAILED",
    Stage.TIMED_OUT: "MIGRATION_TIMED_OUT",
    Stage.NEVER_STARTED: "MIGRATION_NOT_STARTED",
    Stage.UNKNOWN: "MIGRATION_UNKNOWN",
}


@dataclass(frozen=True)
class Looked:
    """The result of a look. `stop`: ask ECS to stop the task. `verdict` is None once the migration is over."""

    migration: Migration
    verdict: Verdict | None = None
    stop: bool = False


def judge(migration: Migration, task: TaskView | None, now: datetime, poll: int, unread: str = "") -> Looked:
    """Judge a migration whose task is known.

    `task` is None if ECS does not know it at this look, or if Landfall can't read it: `unread` says why.
    """
    if task is None:
        return _missing(migration, now, poll, unread)
    seen = replace(migration, missing_since="", started_at=migration.started_at or _iso(task.started_at))
    if task.last_status == "STOPPED":
        return Looked(_ended(seen, task))
    begun, told = datetime.fromisoformat(seen.asked_at), f"task {seen.task} is {task.last_status}"
    if seen.stop_asked_at:
        return _stopping(seen, now, poll)
    left = begun + timedelta(seconds=seen.timeout_seconds) - now
    if left <= timedelta():
        stopping = wait(
            "MIGRATION_STOPPING", f"{told} after {seen.timeout_seconds} s, the time limit; stopping it", poll
        )
        return Looked(replace(seen, stop_asked_at=now.isoformat()), stopping, stop=True)
    return Looked(seen, wait("MIGRATION_RUNNING", told, _pause(now - begun, left, poll)))


def conclusion(migration: Migration) -> Verdict:
    """Return the verdict on a migration that is over."""
    code = CODES.get(migration.stage, "MIGRATION_UNKNOWN")
    if migration.stage == Stage.FAILED and migration.stop_code in INTERRUPTED:
        code = "MIGRATION_INTERRUPTED"
    reason = migration_words.ended(migration)
    return passed(code, reason) if migration.stage == Stage.RAN else failed(code, reason)


def unknown(migration: Migration, why: str) -> Migration:
    """Return the migration as UNKNOWN: nobody can find out whether it ran."""
    return replace(migration, stage=Stage.UNKNOWN, stopped_reason=why)


def unfound(migration: Migration, now: datetime, kept: timedelta, poll: int, *, sure: bool) -> Looked:
    """Judge a migration with a recorded intent for which ECS knows no task.

    ECS knows a stopped task for as long as `kept`. Within that time, no task means that none was started; `sure`: this
    was not the first look.
    """
    if now - datetime.fromisoformat(migration.intended_at) >= kept:
        why = (
            f"RunTask may have been called after {migration.intended_at}, and ECS forgets a task an hour after its end"
        )
        return Looked(unknown(migration, why))
    if not sure:
        return Looked(migration, wait("MIGRATION_SOUGHT", "ECS knows no task of this migration at this look", poll))
    why = "RunTask was not called, or had no effect: ECS knows no task of this migration"
    return Looked(replace(migration, stage=Stage.NEVER_STARTED, stopped_reason=why))


def _missing(migration: Migration, now: datetime, poll: int, unread: str) -> Looked:
    since = migration.missing_since or now.isoformat()
    if now - datetime.fromisoformat(since) < MISSING_FOR:
        why = unread or f"ECS does not know task {migration.task} at this look"
        return Looked(replace(migration, missing_since=since), wait("MIGRATION_MISSING", why, poll))
    why = f"ECS has not known task {migration.task} since {since}"
    if unread:
        why = f"task {migration.task} could not be read since {since}: {unread}"
    return Looked(unknown(migration, f"{why}, so how it ended can't be found out"))


def _stopping(migration: Migration, now: datetime, poll: int) -> Looked:
    asked = datetime.fromisoformat(migration.stop_asked_at)
    if now - asked > timedelta(seconds=STOPPING_SECONDS):
        why = f"task {migration.task} was told to stop at {migration.stop_asked_at}, and may still run"
        refused = f" ({migration.stopped_reason})" if migration.stopped_reason else ""
        return Looked(unknown(migration, f"{why}{refused}; to stop it: {migration_words.stop_command(migration.task)}"))
    return Looked(migration, wait("MIGRATION_STOPPING", f"task {migration.task} is stopping", poll), stop=True)


def _ended(migration: Migration, task: TaskView) -> Migration:
    container = next((c for c in task.containers if c.name == migration.container), Container("", "", None, ""))
    found = replace(
        migration,
        exit_code=container.exit_code,
        container_reason=container.reason,
        stop_code=task.stop_code,
        stopped_reason=task.stopped_reason,
        stopped_at=_iso(task.stopped_at),
    )
    return replace(found, stage=_stage(found))


def _stage(found: Migration) -> Stage:
    if found.exit_code == 0 and found.stop_code in ENDED_BY_ITSELF:
        return Stage.RAN
    unstarted = found.stop_code in ENDED_UNSTARTED or found.container_reason.startswith(NEVER_RAN)
    if found.exit_code is None and not found.started_at and unstarted:
        return Stage.NEVER_STARTED
    by_itself = found.exit_code is not None and found.stop_code in ENDED_BY_ITSELF
    return Stage.TIMED_OUT if found.stop_asked_at and not by_itself else Stage.FAILED


def _pause(run: timedelta, left: timedelta, poll: int) -> int:
    """Return when to look again: less often the longer it runs, at least twice a minute, and at the deadline."""
    seconds = max(poll, min(int(run.total_seconds()) // SHARE, LONGEST_WAIT))
    return min(seconds, math.ceil(left.total_seconds()))


def _iso(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat() if moment else ""
