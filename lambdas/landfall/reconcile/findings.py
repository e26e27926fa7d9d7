"""What the reconciler found wrong: seen at one look, raised where a second look sees it still, cleared when gone.

A finding is one thing that is wrong: of a kind, at a service, about a subject (a revision, a deployment, a digest).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from landfall.redaction import redacted

CLAIM = timedelta(seconds=120)
"""How long one reconciler has to tell of a finding before another does: longer than a step can run (60 s)."""


WHAT_LIMIT = 1000
"""Characters of what a look says of itself."""


class Kind(StrEnum):
    """What can be wrong."""

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
    COULD_NOT_LOOK = "COULD_NOT_LOOK"


class State(StrEnum):
    """SUSPECTED was seen once, and nobody was told; RAISED and CLEARED were told, or are about to be."""

    SUSPECTED = "SUSPECTED"
    RAISED = "RAISED"
    CLEARED = "CLEARED"


@dataclass(frozen=True)
class Start:
    """The execution that would mend it."""

    name: str
    document: dict[str, str]


@dataclass(frozen=True)
class Seen:
    """What is wrong at one look, in a sentence."""

    kind: Kind
    subject: str
    what: str
    start: Start | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "what", redacted(self.what))


@dataclass(frozen=True)
class Looked:
    """One look: the kinds it can speak of, and what it saw of them. What it did not see of these kinds is not so.

    `because` says for a subject why it is no longer so, where its kind does not tell.
    """

    kinds: frozenset[Kind]
    seen: tuple[Seen, ...] = ()
    because: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """A finding as it is kept. `untold` until people were told of its state; `version` grows with every change."""

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
    told_as: str = ""
    version: int = 0

    @property
    def key(self) -> str:
        """Return what it is called: the same thing wrong has the same name at every look."""
        return key(self.service, self.kind, self.subject)

    @property
    def open(self) -> bool:
        """Say whether it was raised and is still so."""
        return self.state == State.RAISED


def key(service: str, kind: Kind, subject: str) -> str:
    """Return the sort key of a finding."""
    return f"{service}#{kind}#{subject}"


def seen(service: str, now: Seen, known: Finding | None, at: datetime, settle: timedelta) -> Finding | None:
    """Return what a finding becomes that was seen at this look; None where nothing changes."""
    if known is None or (known.state == State.CLEARED and not known.untold):
        before = known or Finding(service, now.kind, now.subject, "", State.SUSPECTED, "")
        return replace(before, what=now.what, state=State.SUSPECTED, seen_at=at.isoformat())
    if known.untold:
        return retold(known, at)
    if known.state == State.SUSPECTED and at - datetime.fromisoformat(known.seen_at) >= settle:
        return _to_be_told(replace(known, what=now.what, state=State.RAISED, raised_at=at.isoformat()), at)
    return None


def gone(known: Finding, at: datetime, because: str) -> Finding | None:
    """Return what a finding becomes that was not seen at this look; None where nothing changes."""
    if known.untold:  # people are told that it was so, before they are told that it is gone
        return retold(known, at)
    match known.state:
        case State.RAISED:
            cleared = replace(known, state=State.CLEARED, cleared_at=at.isoformat(), because=because)
            return _to_be_told(cleared, at)
        case State.SUSPECTED:
            return replace(known, state=State.CLEARED, because="it was gone at the second look")
        case State.CLEARED:
            return None


def changes(
    service: str, looked: Iterable[Looked], known: Iterable[Finding], at: datetime, settle: timedelta
) -> list[tuple[Finding, Start | None]]:
    """Return what becomes of a service's findings by these looks, each with the execution that would mend it."""
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


def retold(known: Finding, at: datetime) -> Finding | None:
    """Return a finding of which nobody was told, to be told by us; None where another is about to."""
    claimed = bool(known.claimed_until) and at < datetime.fromisoformat(known.claimed_until)
    return None if claimed else _to_be_told(known, at)


def told(known: Finding, message_id: str) -> Finding:
    """Return a finding of which people were told."""
    return replace(known, untold=False, claimed_until="", told_as=message_id)


def _to_be_told(finding: Finding, at: datetime) -> Finding:
    return replace(finding, untold=True, claimed_until=(at + CLAIM).isoformat())
