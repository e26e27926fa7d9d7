"""The picture of a timeline: each state with its place and its part of the whole, and its colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from landfall.ledger.execution_history import Entry
from landfall.telling.report.brief import brief

GOOD, BAD, BACK, UNKNOWN_KIND, REST = "good", "bad", "back", "unknown", "rest"
"""The meaning of each colour. Each also has a glyph (page.MARKS), or is beside its word."""
LEAST = 0.4
"""The least width of a state in percent of the picture, so that it can be seen."""
WAY_BACK = ("Rollback", "Baseline")
"""Texts in the names of the states of the way back."""
_KEYS = {GOOD: "forward", BAD: "found the failure", BACK: "the way back", REST: "closing"}
_CLOSING = ("Report", "Notify", "Finish")


@dataclass(frozen=True)
class Step:
    """A line of the timeline, and its place in the picture, in percent of the whole."""

    began: str
    state: str
    answer: str
    looks: int
    took: str
    kind: str
    left: float
    width: float


def _kind(entry: Entry) -> str:
    if entry.answer in ("FAIL", "ERROR"):
        return BAD
    if entry.state.startswith(_CLOSING):
        return REST
    return BACK if any(word in entry.state for word in WAY_BACK) else GOOD


def _whole(timeline: Sequence[Entry]) -> tuple[datetime, float] | None:
    """Return when the first state began, and the seconds until the last known end."""
    if not timeline:
        return None
    start = min(entry.at for entry in timeline)
    ends = [(entry.at - start).total_seconds() + (entry.seconds or 0.0) for entry in timeline]
    return start, max(*ends, 0.001)


def steps(timeline: Sequence[Entry]) -> tuple[Step, ...]:
    """Return the lines of a timeline, each with its place in the whole."""
    whole = _whole(timeline)
    if whole is None:
        return ()
    start, total = whole

    def one(entry: Entry) -> Step:
        offset = (entry.at - start).total_seconds()
        width = max(100 * (entry.seconds or 0.0) / total, LEAST)
        return Step(
            began=f"+{offset:.1f} s",
            state=entry.state,
            answer=brief(" ".join(filter(None, (entry.answer, entry.code and f"{entry.code}:", entry.reason)))),
            looks=entry.looks,
            took="" if entry.seconds is None else f"{entry.seconds:.1f} s",
            kind=_kind(entry),
            left=round(min(100 * offset / total, 100 - LEAST), 2),
            width=round(min(width, 100 - min(100 * offset / total, 100 - LEAST)), 2),
        )

    return tuple(map(one, timeline))


def bars(timeline: Sequence[Entry]) -> tuple[Step, ...]:
    """Return the states side by side, each as wide as its part of all seconds."""
    timed = [(entry, entry.seconds or 0.0) for entry in timeline if entry.seconds]
    total, found, left = sum(seconds for _, seconds in timed), list[Step](), 0.0
    for entry, seconds in timed:
        width = 100 * seconds / total
        took = f"{seconds:.1f} s"
        found.append(Step("", entry.state, "", entry.looks, took, _kind(entry), round(left, 2), round(width - 0.15, 2)))
        left += width
    return tuple(each for each in found if each.width > 0)


def key(timeline: Sequence[Entry]) -> tuple[tuple[str, str], ...]:
    """Return what each colour means, and the seconds of all its states: together they are the whole."""
    totals = {kind: sum(e.seconds or 0.0 for e in timeline if _kind(e) == kind) for kind in _KEYS}
    return tuple((kind, f"{text} {totals[kind]:.1f} s") for kind, text in _KEYS.items() if totals[kind])
