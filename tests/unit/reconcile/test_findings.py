"""A finding is raised once, after a second look, and cleared once. A problem that passes at once is not raised."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall.reconcile.findings import CLAIM, Finding, Kind, Looked, Seen, Start, State, changes, gone, key, seen, told
from landfall.telling import finding_advice, finding_event, finding_notice
from tests.support import builders as b

ROOT = Path(__file__).parents[3]
SETTLE = timedelta(seconds=300)
NOW = Seen(Kind.LIVE_WITHOUT_SHA, b.REVISION, "it has no tag")


def finding(state: State, **changed: Any) -> Finding:
    """Return a finding that was seen ten minutes ago."""
    at = (b.NOW - timedelta(minutes=10)).isoformat()
    known = {"seen_at": at, "raised_at": at if state != State.SUSPECTED else "", "version": 3}
    return Finding("sample", NOW.kind, NOW.subject, NOW.what, state, **{**known, **changed})


def after(known: Finding | None, *, is_seen: bool, at: datetime = b.NOW) -> Finding | None:
    """Return what becomes of it at a look."""
    if is_seen:
        return seen("sample", NOW, known, at, SETTLE)
    return gone(known, at, "") if known else None


JUST_NOW = (b.NOW - timedelta(seconds=10)).isoformat()
CLAIMED = (b.NOW + timedelta(seconds=10)).isoformat()
CASES: dict[str, tuple[Finding | None, bool, State | None, bool]] = {
    "seen for the first time": (None, True, State.SUSPECTED, False),
    "seen again at once": (finding(State.SUSPECTED, seen_at=JUST_NOW), True, None, False),
    "seen again later": (finding(State.SUSPECTED), True, State.RAISED, True),
    "gone at the second look": (finding(State.SUSPECTED), False, State.CLEARED, False),
    "raised, and still so": (finding(State.RAISED), True, None, False),
    "raised, and nobody was told": (finding(State.RAISED, untold=True), True, State.RAISED, True),
    "raised, and another tells": (finding(State.RAISED, untold=True, claimed_until=CLAIMED), True, None, False),
    "gone": (finding(State.RAISED), False, State.CLEARED, True),
    "gone before anybody was told": (finding(State.RAISED, untold=True), False, State.RAISED, True),
    "cleared, and still gone": (finding(State.CLEARED), False, None, False),
    "cleared, and nobody was told": (finding(State.CLEARED, untold=True), False, State.CLEARED, True),
    "it comes back": (finding(State.CLEARED), True, State.SUSPECTED, False),
    "it comes back before the clearing was told": (finding(State.CLEARED, untold=True), True, State.CLEARED, True),
}


@pytest.mark.parametrize(("known", "is_seen", "state", "untold"), CASES.values(), ids=CASES)
def test_what_becomes_of_a_finding(known: Finding | None, is_seen: bool, state: State | None, untold: bool) -> None:
    """Each case has the next state, None for no change, and whether people are notified."""
    found = after(known, is_seen=is_seen)
    assert (found.state if found else None, bool(found and found.untold)) == (state, untold)


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 900), st.booleans()), max_size=40))
def test_people_hear_raised_and_cleared_in_turn(looks: list[tuple[bool, int, bool]]) -> None:
    """However looks come and messages get lost: first raised, then cleared, never one of them twice in a row."""
    known: Finding | None = None
    heard, at = [], b.NOW
    for is_seen, passed, arrives in looks:
        at += timedelta(seconds=passed)
        found = after(known, is_seen=is_seen, at=at)
        known = found or known
        if found and found.untold and arrives:
            heard.append(found.state)
            known = told(found)
    assert heard == [(State.RAISED, State.CLEARED)[n % 2] for n in range(len(heard))]


def test_a_claim_outlives_a_step() -> None:
    """Else two reconcilers would tell of the same finding: a step has 60 s."""
    assert timedelta(seconds=60) < CLAIM
    raised = after(finding(State.SUSPECTED), is_seen=True)
    assert after(raised, is_seen=True, at=b.NOW + timedelta(seconds=61)) is None
    assert after(raised, is_seen=True, at=b.NOW + CLAIM) is not None


def test_a_look_speaks_of_its_own_kinds_only() -> None:
    """What no look decided stays as it is; what another service has is not touched."""
    open_ = finding(State.RAISED)
    other = replace(open_, kind=Kind.REPORT_MISSING)
    look = Looked(frozenset({Kind.LIVE_WITHOUT_SHA}), (), {NOW.subject: "because"})
    ((cleared, start),) = changes("sample", [look], [open_, other], b.NOW, SETTLE)
    assert (cleared.key, cleared.state, cleared.because, start) == (open_.key, State.CLEARED, "because", None)
    assert changes("sample", [Looked(frozenset())], [open_, other], b.NOW, SETTLE) == []


def test_one_thing_has_one_name() -> None:
    """The same kind, service and subject is the same finding at every look."""
    assert finding(State.RAISED).key == key("sample", NOW.kind, NOW.subject)


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_says_what_to_do(kind: Kind) -> None:
    """In the message, and in a section of the runbook that the message names."""
    each = replace(finding(State.RAISED), kind=kind)
    text = finding_notice.notice(each, "execution one was started").text
    for part in (each.what, each.subject, each.seen_at, finding_advice.ADVICE[kind].next, "execution one was started"):
        assert part in text
    runbook = (ROOT / finding_advice.RUNBOOK).read_text(encoding="utf-8")
    assert f"\n### `{kind.value}`" in runbook
    assert f'<a id="{finding_advice.anchor(kind)}"></a>' in runbook
    assert f"{finding_advice.RUNBOOK}#{finding_advice.anchor(kind)}" in text
    cleared = finding_notice.notice(replace(each, state=State.CLEARED), "").text
    assert finding_advice.ADVICE[kind].gone in cleared
    assert len(finding_notice.notice(each, "").subject) <= 100
    assert finding_notice.notice(each, "").attributes == {
        "kind": kind.value,
        "service": "sample",
        "severity": "page" if kind in (Kind.NEVER_CLOSED, Kind.RELEASE_DYING) else "notice",
        "outcome": "FINDING",
        "code": kind.value,
    }
    assert finding_notice.notice(replace(each, state=State.CLEARED), "").attributes["severity"] == "notice"


@pytest.mark.parametrize("kind", Kind)
def test_the_event_tells_a_program_what_people_are_told(kind: Kind) -> None:
    """What to do while it is open, why it is gone after that; never both."""
    each = replace(finding(State.RAISED), kind=kind)
    opened = finding_event.event(each, "execution one was started")
    cleared = finding_event.event(replace(each, state=State.CLEARED, cleared_at=JUST_NOW, because=""), "")
    assert (opened.state, opened.done, opened.because) == (State.RAISED, "execution one was started", "")
    assert opened.what_next == finding_advice.ADVICE[kind].next
    assert (cleared.state, cleared.what_next, cleared.cleared_at) == (State.CLEARED, "", JUST_NOW)
    assert finding_advice.ADVICE[kind].gone in cleared.because
    assert opened.runbook == cleared.runbook == finding_advice.runbook(kind)


def test_what_a_look_sees_changes_what_is_kept() -> None:
    """A new problem is kept, one that is known and still there is not written again, and a fix goes with its own."""
    start = Start("one", {"service": "sample"})
    new = Seen(Kind.PUSH_NOT_DEPLOYED, b.DIGEST, "it was not deployed", start)
    look = Looked(frozenset({NOW.kind, new.kind}), (NOW, new))
    ((suspected, to_start),) = changes("sample", [look], [finding(State.RAISED)], b.NOW, SETTLE)
    assert (suspected.kind, suspected.state, to_start) == (new.kind, State.SUSPECTED, start)
