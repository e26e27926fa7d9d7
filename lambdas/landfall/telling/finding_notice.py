"""The notice of a finding: what, where, since when and what to do next; and the notice that it is gone."""

from __future__ import annotations

from landfall.reconcile.findings import Finding, Kind, State
from landfall.telling.finding_advice import ADVICE, because, runbook
from landfall.telling.notice import Notice, Severity

PAGING = frozenset({Kind.NEVER_CLOSED, Kind.RELEASE_DYING})
"""Findings that mean that a service may be unhealthy now, and nobody is working on it."""


def notice(finding: Finding, done: str) -> Notice:
    """Return the notice. `done` is what the reconciler did about the finding, empty for nothing."""
    advice, raised = ADVICE[finding.kind], finding.state == State.RAISED
    word = "FINDING" if raised else "FINDING_CLEARED"
    last = f"What next:  {advice.next}" if raised else f"Cleared:    {finding.cleared_at}: {because(finding)}"
    return Notice(
        title=f"{word} {finding.service}: {advice.title}",
        lines=(
            f"{word}: {finding.service}, {advice.title}",
            "",
            f"What:       {finding.what}",
            *([f"Done:       {done}"] if done else []),
            last,
            "",
            f"Kind:       {finding.kind}",
            f"About:      {finding.subject}",
            f"Seen since: {finding.seen_at}",
            f"Raised:     {finding.raised_at}",
            f"Runbook:    {runbook(finding.kind)}",
        ),
        outcome=word,
        service=finding.service,
        severity=Severity.PAGE if finding.kind in PAGING and finding.open else Severity.NOTICE,
        code=finding.kind.value,
        more={"kind": finding.kind.value},
    )
