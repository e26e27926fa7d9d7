"""`landfall findings`: the problems that the reconciler found, and what to do about each."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.command import At, OneService, verb
from cli.timeline import brief
from landfall.reconcile.findings import Finding
from landfall.telling import finding_advice


@verb
def findings(
    at: At,
    service: OneService = "",
    *,
    all_: Annotated[bool, typer.Option("--all", help="List cleared findings too.")] = False,
) -> int:
    """List open findings, oldest first. Always exits 0. docs/reconciler.md explains each kind."""
    known = sorted(at.cloud.findings.all(), key=lambda finding: finding.raised_at)
    wanted = [f for f in known if f.raised_at and (all_ or f.open) and service in ("", f.service)]
    if not wanted and service:
        at.cloud.service(service)  # a service that was removed may have findings; a name that never existed can't
    for finding in wanted:
        _show(at, finding)
    if not wanted:
        at.out.say("nothing found" if all_ else "no open findings")
    at.out.document({"findings": [_document(finding) for finding in wanted]})
    return 0


def _show(at: At, finding: Finding) -> None:
    at.out.check(finding.kind, False if finding.open else None, f"{finding.service}: {brief(finding.what)}")
    at.out.say(f"{'':<15}raised {finding.raised_at[:19]}{_ending(finding)}")
    if finding.open:
        at.out.say(f"{'':<15}{finding_advice.ADVICE[finding.kind].next}")


def _ending(finding: Finding) -> str:
    if finding.open:
        return ""
    return f", cleared {finding.cleared_at[:19]}: {finding_advice.because(finding)}"


def _document(finding: Finding) -> dict[str, Any]:
    return {
        "service": finding.service,
        "kind": finding.kind.value,
        "subject": finding.subject,
        "what": finding.what,
        "open": finding.open,
        "seen_at": finding.seen_at,
        "raised_at": finding.raised_at,
        "cleared_at": None if finding.open else finding.cleared_at,
        "because": None if finding.open else finding_advice.because(finding),
        "what_next": finding_advice.ADVICE[finding.kind].next,
        "runbook": finding_advice.runbook(finding.kind),
    }
