"""Follows an execution while it runs: what it enters, what its steps answer, how it ends."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

RUNNING = "RUNNING"
POLL_SECONDS = 0.2
MOST_EVENTS = 1000
"""Of a call; the default is a tenth of it (Step Functions API reference, GetExecutionHistory)."""


@dataclass(frozen=True)
class Event:
    """A state that was entered, or (with a verdict) what its step answered."""

    at: datetime
    state: str
    verdict: dict[str, Any] | None = None
    error: str = ""


@dataclass
class Ending:
    """How an execution ended. `outcome` is the ledger's word; empty where there is no record."""

    status: str
    error: str
    cause: str
    seconds: float
    states: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    record: dict[str, Any] = field(default_factory=dict)

    @property
    def outcome(self) -> str:
        """Return the ledger's outcome."""
        return str(self.record.get("outcome", ""))


def events(history: list[dict[str, Any]]) -> Iterator[Event]:
    """Read a history: every state entered, every verdict a step answered, every step that failed."""
    state = ""
    for event in history:
        if "stateEnteredEventDetails" in event:
            state = event["stateEnteredEventDetails"]["name"]
            yield Event(event["timestamp"], state)
        elif "taskSucceededEventDetails" in event:
            answer = json.loads(event["taskSucceededEventDetails"].get("output") or "{}").get("Payload") or {}
            if isinstance(answer, dict) and answer.get("verdict"):
                yield Event(event["timestamp"], state, verdict=answer["verdict"])
        elif "taskFailedEventDetails" in event:
            details = event["taskFailedEventDetails"]
            yield Event(event["timestamp"], state, error=f"{details.get('error')}: {details.get('cause', '')}"[:300])


class Follower:
    """Reads one execution's history as it grows."""

    def __init__(self, stepfunctions: Any, execution_arn: str) -> None:
        self._client = stepfunctions
        self.arn = execution_arn
        self._seen = 0

    def new(self) -> list[Event]:
        """Return the events since the last call."""
        pages = self._client.get_paginator("get_execution_history").paginate(
            executionArn=self.arn, PaginationConfig={"PageSize": MOST_EVENTS}
        )
        found = list(events([event for page in pages for event in page["events"]]))
        fresh, self._seen = found[self._seen :], len(found)
        return fresh

    def until_the_end(self, seconds: float = math.inf, poll: float = POLL_SECONDS) -> Iterator[Event]:
        """Yield events until the execution has ended. Raises TimeoutError when it takes longer than `seconds`."""
        give_up = time.monotonic() + seconds
        while True:
            running = self._client.describe_execution(executionArn=self.arn)["status"] == RUNNING
            yield from self.new()
            if not running:
                return
            if time.monotonic() > give_up:
                raise TimeoutError(f"{self.arn} still runs after {seconds:.0f} s")
            time.sleep(poll)

    def ending(self) -> Ending:
        """Return how it ended, without the ledger's record."""
        execution = self._client.describe_execution(executionArn=self.arn)
        self._seen = 0
        found = self.new()
        return Ending(
            status=execution["status"],
            error=execution.get("error", ""),
            cause=execution.get("cause", ""),
            seconds=(execution["stopDate"] - execution["startDate"]).total_seconds(),
            states=[e.state for e in found if e.verdict is None and not e.error],
            events=found,
        )
