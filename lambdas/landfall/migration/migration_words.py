"""The sentences about a migration, for reasons, records, reports and messages."""

from __future__ import annotations

from typing import assert_never

from landfall.migration.migration import UNSETTLED, Migration, Stage
from landfall.model import UNKNOWN, Outcome

NOT_CHANGED = "the service was not changed"
WHAT_NEXT = (
    "look at what the migration holds up in the database, then let it end or stop it. "
    "If you stop it, the deployment is REJECTED, and the database may be half changed."
)
"""What a person can do about a service that is unhealthy while a migration runs."""
MAY_HAVE = "a migration had started, and the database may have been changed"
UNTOUCHED_DATABASE = "the database was not touched"
CANT_BE_KNOWN = "whether its migration ran is UNKNOWN: look at the database before anything else is released"
NONE = "none"
_OF_UNTOUCHED = (Outcome.REJECTED, Outcome.SKIPPED)


def ended(migration: Migration) -> str:
    """Say how a migration ended and what that means, for the verdict."""
    task = f"; task {migration.task}" if migration.task else ""
    match migration.stage:
        case Stage.RAN:
            return f"the migration ran, exit code 0{task}{health(migration)}"
        case Stage.FAILED:
            return f"the migration failed: {_exit(migration)}; {NOT_CHANGED}; {MAY_HAVE}{health(migration)}{task}"
        case Stage.TIMED_OUT:
            limit = f"the migration ran longer than {migration.timeout_seconds} s, so Landfall stopped it"
            return f"{limit}: {_exit(migration)}; {NOT_CHANGED}; {MAY_HAVE}{health(migration)}{task}"
        case Stage.NEVER_STARTED:
            never = f"the migration's task never started: {_exit(migration)}"
            return f"{never}; {NOT_CHANGED}; {UNTOUCHED_DATABASE}{health(migration)}{task}"
        case Stage.INTENDED | Stage.STARTED | Stage.UNKNOWN:
            why = f" ({migration.stopped_reason})" if migration.stopped_reason else ""
            return f"{CANT_BE_KNOWN}{why}; {NOT_CHANGED}{health(migration)}{task}"
    assert_never(migration.stage)


def remark(migration: Migration | None, outcome: Outcome) -> str:
    """Return what the reason of an outcome must add about a migration; empty if nothing."""
    if migration is None or outcome in (Outcome.SUCCEEDED, Outcome.NO_CHANGE):
        return ""
    kind = "" if migration.backward_compatible else ", which is not backward compatible"
    if migration.stage in UNSETTLED:
        said = CANT_BE_KNOWN
    elif migration.stage == Stage.NEVER_STARTED:
        said = UNTOUCHED_DATABASE
    elif outcome in _OF_UNTOUCHED:
        ran = f"its migration{kind and f'{kind},'} ran, and the database may have been changed"
        said = ran if migration.stage == Stage.RAN else MAY_HAVE
    else:
        said = f"a migration lies between{kind}: the way back does not undo what it did to the database"
    return f"{said}{health(migration)}"


def health(migration: Migration) -> str:
    """Say since when the service was unhealthy while the migration ran; empty if it was not."""
    if not migration.unhealthy_since:
        return ""
    if migration.healthy_again:
        return f"; the service was unhealthy from {migration.unhealthy_since} to {migration.healthy_again}"
    return f"; the service is unhealthy since {migration.unhealthy_since} ({migration.unhealthy_why})"


def stop_command(task: str) -> str:
    """Return how a person stops a task: its ARN names the cluster (ECS developer guide, ARN formats)."""
    cluster = task.rpartition(":task/")[2].partition("/")[0]
    return f"aws ecs stop-task --cluster {cluster} --task {task}"


def now(migration: Migration) -> str:
    """Say in a word or two how far the migration of a deployment under way is: while it runs, it is not UNKNOWN."""
    match migration.stage:
        case Stage.INTENDED:
            return "is being started"
        case Stage.STARTED:
            return f"runs, for {migration.timeout_seconds} s at most"
        case _:
            return short(migration)


def short(migration: Migration | None) -> str:
    """Say in a word or two whether a migration ran."""
    if migration is None:
        return NONE
    match migration.stage:
        case Stage.RAN:
            return "ran"
        case Stage.FAILED:
            return f"failed, exit code {migration.exit_code if migration.exit_code is not None else UNKNOWN}"
        case Stage.TIMED_OUT:
            return "timed out"
        case Stage.NEVER_STARTED:
            return "never started"
        case Stage.INTENDED | Stage.STARTED | Stage.UNKNOWN:
            return UNKNOWN
    assert_never(migration.stage)


def full(migration: Migration | None, *, under_way: bool = False) -> tuple[tuple[str, str], ...]:
    """Return the known fields of a migration, as names and texts.

    `under_way`: its deployment has not ended.
    """
    if migration is None:
        return ()
    logged = f"{migration.log_group} {migration.log_stream}".strip()
    told = (
        ("migration", now(migration) if under_way else short(migration)),
        ("its command", " ".join(migration.command)),
        ("its container", migration.container),
        ("its task", migration.task),
        ("its start", migration.started_at),
        ("its end", migration.stopped_at),
        ("its exit", _exit(migration) if migration.stopped_at or migration.stopped_reason else ""),
        ("backward compatible", "yes" if migration.backward_compatible else "no"),
        ("by hand", f"{migration.manual}; an item of the sign-off" if migration.manual else ""),
        ("its log", logged or migration.unread),
        ("the service", health(migration).removeprefix("; ")),
    )
    return tuple((name, text) for name, text in told if text)


def _exit(migration: Migration) -> str:
    code = "no exit code" if migration.exit_code is None else f"exit code {migration.exit_code}"
    told = (code, migration.stop_code, migration.stopped_reason, migration.container_reason)
    return ", ".join(text for text in told if text)
