"""A finding for programs: the detail of the event `Finding`, whose schema is docs/schemas/finding.schema.json."""

from __future__ import annotations

from dataclasses import dataclass

from landfall.reconcile.findings import Finding, Kind, State
from landfall.telling.finding_advice import ADVICE, because, runbook

SCHEMA = 1
"""The schema number of the event. Under the same number, existing fields keep their meaning."""


@dataclass(frozen=True)
class Event:
    """A finding that was RAISED or CLEARED, for programs. Missing values are empty; times are ISO 8601."""

    schema: int
    state: State
    kind: Kind
    service: str
    subject: str
    what: str
    done: str
    seen_at: str
    raised_at: str
    cleared_at: str
    because: str
    what_next: str
    runbook: str


def event(finding: Finding, done: str) -> Event:
    """Return the detail of the event `Finding`."""
    advice = ADVICE[finding.kind]
    return Event(
        schema=SCHEMA,
        state=finding.state,
        kind=finding.kind,
        service=finding.service,
        subject=finding.subject,
        what=finding.what,
        done=done,
        seen_at=finding.seen_at,
        raised_at=finding.raised_at,
        cleared_at=finding.cleared_at,
        because="" if finding.open else because(finding),
        what_next=advice.next if finding.open else "",
        runbook=runbook(finding.kind),
    )
