"""The message people get of a finding: what, where, since when, what to do next; and the one when it is gone."""

from __future__ import annotations

from dataclasses import dataclass

from landfall.reconcile.findings import Finding, Kind, State
from landfall.telling.notice import NOTICE, PAGE, fitting
from landfall.text import foreign

RUNBOOK = "docs/reconciler.md"


PAGING = frozenset({Kind.NEVER_CLOSED, Kind.RELEASE_DYING})
"""Findings that mean that a service may be unwell now, with nobody at work on it."""
SCHEMA = 1
"""Of the event. Under the same number nothing that is there changes its meaning."""


@dataclass(frozen=True)
class Event:
    """A finding that was RAISED or CLEARED, for programs. What there is not is empty; times are ISO 8601."""

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


@dataclass(frozen=True)
class Advice:
    """What a kind means in few words, what to do about it, and what it means that it is gone."""

    title: str
    next: str
    gone: str


ADVICE = {
    Kind.PUSH_NOT_DEPLOYED: Advice(
        "a push led to no deployment",
        "See why its event started nothing: is the rule enabled, what lies in the dead-letter queue? Where it was not "
        "started now, deploy it by hand, or push a newer commit.",
        "a deployment of it is recorded, or a newer image was pushed",
    ),
    Kind.PUSH_NOT_READ: Advice(
        "an image was pushed that no tag makes a release",
        "Set services.<name>.tag_pattern to what your tags look like, or tag images by their 40-hex commit. What is no "
        "release belongs into ignored_tags. Then release the commit that should run.",
        "a release was pushed since, or its tags are read or ignored now",
    ),
    Kind.SERVICE_MISSING: Advice(
        "the service is not there",
        "Mend cluster and service in services.toml, or make the service; take it out of services.toml if it is gone.",
        "ECS has the service, and it is ACTIVE",
    ),
    Kind.LIVE_NOT_RECORDED: Advice(
        "what runs was not deployed by Landfall",
        "Find out who did (CloudTrail: UpdateService). Then release the commit that should run: that proves it.",
        "what runs is what the last deployment left",
    ),
    Kind.LIVE_WITHOUT_SHA: Advice(
        "nobody can say which commit runs",
        "Release the commit that should run. `landfall audit` lists the family's revisions.",
        "what runs is of a known commit",
    ),
    Kind.RELEASE_DYING: Advice(
        "the live release keeps dying",
        "See why its tasks stop: the message names one. `landfall rollback` goes back to the release proven before it.",
        "none of its tasks stopped by itself for half an hour, or another revision runs",
    ),
    Kind.RUNS_TOO_LONG: Advice(
        "a deployment runs far too long",
        "Look at its execution. Stop it if it hangs: it is then recovered, and what ran before is proven.",
        "it is over, or taken over by a recovery",
    ),
    Kind.ENDED_TOO_FAST: Advice(
        "a success that can't be",
        "Don't trust it: look at the service, its execution and its report; `landfall verify-evidence` tells whether "
        "the record was changed. Then release again.",
        "a later deployment proved what runs",
    ),
    Kind.NEVER_CLOSED: Advice(
        "a deployment has no outcome",
        "Look at the service now: is it healthy, and of which commit? Then at the executions that should have "
        "recovered it, and start one with intent 'recover'.",
        "it has an outcome",
    ),
    Kind.REPORT_MISSING: Advice(
        "a deployment has no report",
        "Look for a delete marker over it: the bucket keeps what is under it. If none was written, start a recovery.",
        "its report is there",
    ),
    Kind.NOT_ANCHORED: Advice(
        "the newest record is not anchored",
        "Run `landfall verify-evidence`. Until the next record is closed nothing but the ledger vouches for it.",
        "HEAD is anchored",
    ),
    Kind.COULD_NOT_LOOK: Advice(
        "the reconciler could not look",
        "Mend what stops it: until then nothing of the kind is found at this service. The step's log has it in full.",
        "it could look again",
    ),
}


def subject(finding: Finding) -> str:
    """Return the subject."""
    return fitting(f"Landfall: {_word(finding)} {finding.service}: {ADVICE[finding.kind].title}")


def message(finding: Finding, done: str) -> str:
    """Return the text. `done` is what the reconciler did about it, empty for nothing."""
    advice, raised = ADVICE[finding.kind], finding.state == State.RAISED
    last = f"What next:  {advice.next}" if raised else f"Cleared:    {finding.cleared_at}: {because(finding)}"
    return foreign.lines(
        (
            f"{_word(finding)}: {finding.service}, {advice.title}",
            "",
            f"What:       {finding.what}",
            *([f"Done:       {done}"] if done else []),
            last,
            "",
            f"Kind:       {finding.kind}",
            f"About:      {finding.subject}",
            f"Seen since: {finding.seen_at}",
            f"Raised:     {finding.raised_at}",
            f"Runbook:    {RUNBOOK}#{anchor(finding.kind)}",
        )
    )


def attributes(finding: Finding) -> dict[str, str]:
    """Return the message attributes that subscribers can filter by, named as those of a deployment, and `kind`."""
    return {
        "kind": finding.kind.value,
        "service": finding.service,
        "severity": PAGE if finding.kind in PAGING and finding.open else NOTICE,
        "outcome": _word(finding),
        "code": finding.kind.value,
    }


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
        runbook=f"{RUNBOOK}#{anchor(finding.kind)}",
    )


def because(finding: Finding) -> str:
    """Say why a finding is no longer so."""
    return finding.because or ADVICE[finding.kind].gone


def anchor(kind: Kind) -> str:
    """Return the anchor of a kind's section in the runbook."""
    return kind.value.lower().replace("_", "-")


def _word(finding: Finding) -> str:
    return "FINDING" if finding.state == State.RAISED else "FINDING_CLEARED"
