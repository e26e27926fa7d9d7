"""What an execution's history tells: the states it entered, what their steps answered, and how long each took."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from landfall.redaction import redacted

WAITS, CHOICES = "WaitStateEntered", "ChoiceStateEntered"
WAIT = "WAIT"
"""The answer of a step that has to look again."""


@dataclass(frozen=True)
class Event:
    """A state that was entered, or (with a verdict) what its step answered, or (with an error) how it failed.

    `kind` is Step Functions' own: `TaskStateEntered`, `WaitStateEntered`, `TaskSucceeded` and so on.
    """

    at: datetime
    state: str
    verdict: dict[str, Any] | None = None
    error: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Entry:
    """One line of a timeline: a state, when it was entered, how long it took, what it said.

    `looks` is how often it was entered with the same answer; `seconds` is that of all of them with the waits between,
    and None for the state that wrote the timeline.
    """

    at: datetime
    state: str
    seconds: float | None = None
    looks: int = 1
    answer: str = ""
    code: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Execution:
    """An execution as Step Functions describes it. `ended_at` is None while it runs."""

    status: str
    started_at: datetime
    ended_at: datetime | None = None

    @property
    def running(self) -> bool:
        """Say whether it is not over."""
        return self.status == "RUNNING"


@dataclass(frozen=True)
class Begun:
    """An execution as it began: its name, its input, and when."""

    name: str
    document: Any
    started_at: str


def events(history: Iterable[Mapping[str, Any]]) -> Iterator[Event]:
    """Read a history as Step Functions gives it: every state entered, every verdict, every step that failed."""
    state = ""
    for event in history:
        at, kind = event["timestamp"], str(event.get("type", ""))
        if "stateEnteredEventDetails" in event:
            state = event["stateEnteredEventDetails"]["name"]
            yield Event(at, state, kind=kind)
        elif "taskSucceededEventDetails" in event:
            answer = json.loads(event["taskSucceededEventDetails"].get("output") or "{}").get("Payload") or {}
            if isinstance(answer, dict) and answer.get("verdict"):
                yield Event(at, state, verdict=answer["verdict"], kind=kind)
        elif "taskFailedEventDetails" in event:
            details = event["taskFailedEventDetails"]
            yield Event(
                at, state, error=redacted(f"{details.get('error')}: {details.get('cause', '')}")[:300], kind=kind
            )


def timeline(found: Iterable[Event]) -> tuple[Entry, ...]:
    """Return what happened, line by line. Looks that came to the same answer are one line; choices and waits none.

    While ECS waits at a gate, two states are looked at in turn. They are two lines, not two for each look.
    """
    told: list[Entry] = []
    for visit in _visits(found):
        earlier = next((n for n in range(len(told) - 1, -1, -1) if _same(told[n], visit)), None)
        if earlier is None or any(_decided(entry, visit) for entry in told[earlier:]):
            told.append(visit)
        else:
            told[earlier] = _merged(told[earlier], visit)
    return tuple(told)


def _visits(found: Iterable[Event]) -> Iterator[Entry]:
    """Yield each visit of a state. The wait before a look counts as part of it; a choice takes no time."""
    visit: Entry | None = None
    began: datetime | None = None
    for event in found:
        if event.verdict is not None or event.error:
            visit = _answered(visit, event)
        else:
            if visit and began:
                yield replace(visit, seconds=(event.at - began).total_seconds())
            waited = began if visit is None else None
            visit = None if event.kind in (WAITS, CHOICES) else Entry(event.at, event.state)
            began = event.at if event.kind == WAITS else waited or event.at if visit else None
    if visit:
        yield visit


def _answered(visit: Entry | None, event: Event) -> Entry | None:
    if visit is None or event.verdict is None:
        return replace(visit, answer="ERROR", reason=event.error) if visit else None
    answer = event.verdict
    return replace(visit, answer=str(answer["state"]), code=str(answer["code"]), reason=str(answer["reason"]))


def _same(entry: Entry, visit: Entry) -> bool:
    return (entry.state, entry.answer, entry.code) == (visit.state, visit.answer, visit.code)


def _decided(entry: Entry, visit: Entry) -> bool:
    """Say whether another state came to a decision, so that what comes after it is another part of the story."""
    return entry.answer not in ("", WAIT) and entry.state != visit.state


def _merged(entry: Entry, visit: Entry) -> Entry:
    """Two looks with the same answer: the later one's reason says most."""
    seconds = None if entry.seconds is None or visit.seconds is None else entry.seconds + visit.seconds
    return replace(entry, looks=entry.looks + 1, seconds=seconds, reason=visit.reason)
