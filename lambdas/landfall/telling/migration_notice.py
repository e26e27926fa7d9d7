"""The message that a service suffers while a migration runs: how to see the task, and how to stop it."""

from __future__ import annotations

from landfall import console
from landfall.migration import words
from landfall.migration.migration import Migration
from landfall.model import Release
from landfall.runbook import Runbook
from landfall.telling.notice import Notice, Severity

CODE = "UNHEALTHY_DURING_MIGRATION"
OUTCOME = "MIGRATING"
"""Takes the place of an outcome: the deployment is under way."""


def notice(release: Release, known: Migration, cluster: str) -> Notice:
    """Return the message. Landfall does not stop the task itself: half a migration may be worse."""
    return Notice(
        title=f"{release.service} is unhealthy while its migration runs",
        lines=(
            f"{release.service} is unhealthy while the migration of commit {release.git_sha} runs",
            "",
            f"Seen:      {words.health(known).removeprefix('; ')}",
            f"Task:      {known.task}",
            f"Began:     {known.started_at or known.asked_at}; Landfall stops it after {known.timeout_seconds} s",
            f"To stop:   aws ecs stop-task --cluster {cluster} --task {known.task}",
            "What next: look at what the migration holds up in the database, then let it end or stop it. "
            "If you stop it, the deployment is REJECTED, and the database may be half changed.",
            f"Runbook:   {Runbook.FAILED_DEPLOYMENT}",
            "",
            f"Execution: {console.execution(release.execution_arn)}",
        ),
        outcome=OUTCOME,
        service=release.service,
        severity=Severity.PAGE,
        code=CODE,
        more={"intent": release.intent.value},
    )
