"""The message that a service is unhealthy while a migration runs: how to see the task, and how to stop it."""

from __future__ import annotations

from landfall.migration import migration_words
from landfall.migration.migration import Migration
from landfall.model import Release
from landfall.telling import under_way_notice
from landfall.telling.notice import Notice, Severity

CODE = "UNHEALTHY_DURING_MIGRATION"
OUTCOME = "MIGRATING"


def notice(release: Release, known: Migration, cluster: str) -> Notice:
    """Return the message. Landfall does not stop the task itself: half a migration may be worse."""
    lines = (
        f"{release.service} is unhealthy while the migration of commit {release.git_sha} runs",
        "",
        f"Seen:      {migration_words.health(known).removeprefix('; ')}",
        f"Task:      {known.task}",
        f"Began:     {known.started_at or known.asked_at}; Landfall stops it after {known.timeout_seconds} s",
        f"To stop:   aws ecs stop-task --cluster {cluster} --task {known.task}",
        f"What next: {migration_words.WHAT_NEXT}",
    )
    title = f"{release.service} is unhealthy while its migration runs"
    return under_way_notice.notice(release, title, lines, outcome=OUTCOME, code=CODE, severity=Severity.PAGE)
