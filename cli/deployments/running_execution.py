"""Follows a running execution: the states it enters, the answers of its steps, how it ends."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from landfall.aws.executions import Executions
from landfall.ledger.execution_history import Event

RUNNING = "RUNNING"
POLL_SECONDS = 0.2


@dataclass
class Ending:
    """How an execution ended. `outcome` is the one in the ledger; empty if there is no record."""

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


class Follower:
    """Reads one execution's history as it grows."""

    def __init__(self, stepfunctions: Any, execution_arn: str) -> None:
        self._client = stepfunctions
        self._executions = Executions(stepfunctions)
        self.arn = execution_arn
        self._seen = 0

    def new(self) -> list[Event]:
        """Return the events since the last call."""
        found = self._executions.events(self.arn)
        fresh, self._seen = found[self._seen :], len(found)
        return fresh

    def until_the_end(self, seconds: float = math.inf, poll: float = POLL_SECONDS) -> Iterator[Event]:
        """Yield events until the execution has ended. Raises TimeoutError after `seconds`."""
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
        """Return how it ended, from its history alone."""
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
