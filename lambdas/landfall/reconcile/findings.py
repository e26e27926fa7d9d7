"""The reconciler's findings: suspected at one look, raised if a second look sees the problem too, cleared when gone.

A finding is one problem. It has a kind, a service and a subject (a revision, a deployment, a digest).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from landfall.redaction import redacted

CLAIM = timedelta(seconds=120)
"""How long one reconciler has to notify people of a finding before another does. That takes two calls, each 33 s at
most: three tries of 11 s."""


WHAT_LIMIT = 1000
"""How many characters of a look's explanation are kept."""


class Kind(StrEnum):
    """The kinds of problems."""

    PUSH_NOT_DEPLOYED = "PUSH_NOT_DEPLOYED"
    PUSH_NOT_READ = "PUSH_NOT_READ"
    SERVICE_MISSING = "SERVICE_MISSING"
    LIVE_NOT_RECORDED = "LIVE_NOT_RECORDED"
    LIVE_WITHOUT_SHA = "LIVE_WITHOUT_SHA"
    RELEASE_DYING = "RELEASE_DYING"
    RUNS_TOO_LONG = "RUNS_TOO_LONG"
    ENDED_TOO_FAST = "ENDED_TOO_FAST"
    NEVER_CLOSED = "NEVER_CLOSED"
    REPORT_MISSING = "REPORT_MISSING"
    NOT_ANCHORED = "NOT_ANCHORED"
    IMAGE_EXPIRES = "IMAGE_EXPIRES"
    DRILL_OVERDUE = "DRILL_OVERDUE"
    DEPLOYMENT_WAITS = "DEPLOYMENT_WAITS"
    COULD_NOT_LOOK = "COULD_NOT_LOOK"


class State(StrEnum):
    """SUSPECTED was seen once, and nobody was notified. People are notified of RAISED and CLEARED."""

    SUSPECTED = "SUSPECTED"
    RAISED = "RAISED"
    CLEARED = "CLEARED"


@dataclass(frozen=True)
class Start:
    """The execution that would fix a finding."""

    name: str
    document: dict[str, str]


@dataclass(frozen=True)
class Seen:
    """A problem that one look saw, in one sentence. `lasts`: it is raised only if looks saw it for so long."""

    kind: Kind
    subject: str
    what: str
    start: Start | None = None
    lasts: timedelta = timedelta(0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "what", redacted(self.what))


@dataclass(frozen=True)
class Looked:
    """One look: the kinds that it checked, and the problems that it saw. Other problems of these kinds are gone.

    `because` gives a subject's reason for that, if the kind doesn't say it.
    """

    kinds: frozenset[Kind]
    seen: tuple[Seen, ...] = ()
    because: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """A stored finding. `untold` until people were notified of its state; `version` grows with every change."""

    service: str
    kind: Kind
    subject: str
    what: str
    state: State
    seen_at: str
    raised_at: str = ""
    cleared_at: str = ""
    because: str = ""
    untold: bool = False
    claimed_until: str = ""
    version: int = 0

    @property
    def key(self) -> str:
        """Return the finding's key. The same problem has the same key at every look."""
        return key(self.service, self.kind, self.subject)

    @property
    def open(self) -> bool:
        """Say whether the finding was raised and is not cleared."""
        return self.state == State.RAISED


def key(service: str, kind: Kind, subject: str) -> str:
    """Return the sort key of a finding."""
    return f"{service}#{kind}#{subject}"


def seen(service: str, now: Seen, known: Finding | None, at: datetime, settle: timedelta) -> Finding | None:
    """Return the new state of a finding that this look saw; None if nothing changes."""
    if known is None or (known.state == State.CLEARED and not known.untold):
        before = known or Finding(service, now.kind, now.subject, "", State.SUSPECTED, "")
        return replace(before, what=now.what, state=State.SUSPECTED, seen_at=at.isoformat())
    if known.untold:
        return retold(known, at)
    if known.state == State.SUSPECTED and at - datetime.fromisoformat(known.seen_at) >= max(settle, now.lasts):
        return _to_be_told(replace(known, what=now.what, state=State.RAISED, raised_at=at.isoformat()), at)
    return None


def gone(known: Finding, at: datetime, because: str) -> Finding | None:
    """Return the new state of a finding that this look did not see; None if nothing changes."""
    if known.untold:  # people are first notified of the problem, then of its end
        return retold(known, at)
    match known.state:
        case State.RAISED:
            cleared = replace(known, state=State.CLEARED, cleared_at=at.isoformat(), because=because)
            return _to_be_told(cleared, at)
        case State.SUSPECTED:
            return replace(known, state=State.CLEARED, because="it was gone at the second look")
        case State.CLEARED:
            return None
    assert_never(known.state)


def changes(
    service: str, looked: Iterable[Looked], known: Iterable[Finding], at: datetime, settle: timedelta
) -> list[tuple[Finding, Start | None]]:
    """Return the findings of a service that these looks change, each with the execution that would fix it."""
    before = {finding.key: finding for finding in known}
    found: list[tuple[Finding, Start | None]] = []
    for look in looked:
        now = {key(service, each.kind, each.subject): each for each in look.seen}
        for name, each in now.items():
            if after := seen(service, each, before.get(name), at, settle):
                found.append((after, each.start))
        for name in before.keys() - now.keys():
            finding = before[name]
            if finding.kind in look.kinds and (after := gone(finding, at, look.because.get(finding.subject, ""))):
                found.append((after, None))
    return found


def at_once(service: str, look: Looked, known: Iterable[Finding], at: datetime) -> list[Finding]:
    """Return the findings that a look changes which an event asked for: one look is enough to raise them."""
    before = {finding.key: finding for finding in known}
    first = [finding for finding, _ in changes(service, [look], before.values(), at, timedelta(0))]
    suspected = {finding.key: finding for finding in first if finding.state == State.SUSPECTED}
    raised = changes(service, [look], (before | suspected).values(), at, timedelta(0)) if suspected else []
    others = [finding for finding in first if finding.key not in suspected]
    return [*others, *(finding for finding, _ in raised if finding.key in suspected)]


def retold(known: Finding, at: datetime) -> Finding | None:
    """Return a finding that nobody was notified of, claimed for us; None if another reconciler is about to notify."""
    claimed = bool(known.claimed_until) and at < datetime.fromisoformat(known.claimed_until)
    return None if claimed else _to_be_told(known, at)


def told(known: Finding) -> Finding:
    """Return the finding, marked as notified."""
    return replace(known, untold=False, claimed_until="")


def _to_be_told(finding: Finding, at: datetime) -> Finding:
    return replace(finding, untold=True, claimed_until=(at + CLAIM).isoformat())
