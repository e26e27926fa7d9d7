"""Notices about a deployment under way: their common last lines, and their attributes for programs."""

from __future__ import annotations

from landfall import console
from landfall.model import Release
from landfall.runbook import Runbook
from landfall.telling.notice import Notice, Severity


def notice(
    release: Release, title: str, lines: tuple[str, ...], *, outcome: str, code: str, severity: Severity
) -> Notice:
    """Return the notice. `outcome` is a word in place of the outcome, which the deployment does not have yet."""
    ending = (
        f"Runbook:   {Runbook.FAILED_DEPLOYMENT}",
        "",
        f"Execution: {console.execution(release.execution_arn)}",
    )
    return Notice(
        title=title,
        lines=(*lines, *ending),
        outcome=outcome,
        service=release.service,
        severity=severity,
        code=code,
        more={"intent": release.intent.value},
    )
