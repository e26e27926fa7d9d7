"""The runbooks that messages and alarms name."""

from __future__ import annotations

from enum import StrEnum


class Runbook(StrEnum):
    """A runbook, by its path in the repository."""

    ROLLBACK_FAILED = "docs/runbooks/rollback-failed.md"
    FAILED_DEPLOYMENT = "docs/runbooks/failed-deployment.md"
    ROLLBACK_RATE = "docs/runbooks/rollback-rate.md"
    BUILD_WITHOUT_DEPLOYMENT = "docs/runbooks/build-without-deployment.md"
    DEAD_LETTERS = "docs/runbooks/dead-letters.md"
    OPEN_FINDINGS = "docs/runbooks/open-findings.md"
    NOT_RUNNING = "docs/runbooks/not-running.md"
    STEP_ERRORS = "docs/runbooks/step-errors.md"
