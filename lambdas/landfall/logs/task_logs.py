"""Reads task logs: the last lines, and whether a release logs more errors than the release before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from landfall.logs import levels
from landfall.model import Verdict, failed, passed
from landfall.settings import Logs
from landfall.text.linear_search import Linear

MOST_TASKS = 5
"""How many tasks are read, at most."""


@dataclass(frozen=True)
class Place:
    """Where the tasks of a revision log. Streams are named prefix/container/task id."""

    group: str
    prefix: str
    container: str

    def stream(self, task: str) -> str:
        """Return the stream of a task (ECS developer guide, awslogs log driver)."""
        return f"{self.prefix}/{self.container}/{task.rpartition('/')[2]}"


@dataclass(frozen=True)
class Line:
    """One line of a task."""

    at: datetime
    task: str
    text: str


@dataclass(frozen=True)
class Written:
    """The lines that were read, in order. `whole` is False if there were more."""

    lines: tuple[Line, ...] = ()
    whole: bool = True

    def __add__(self, other: Written) -> Written:
        """Merge two in the order of time."""
        lines = sorted((*self.lines, *other.lines), key=lambda line: line.at)
        return Written(tuple(lines), self.whole and other.whole)


@dataclass(frozen=True)
class Tally:
    """The number of lines, and of errors among them. `whole` is False if only some lines were read."""

    lines: int = 0
    errors: int = 0
    whole: bool = True

    @property
    def share(self) -> float:
        """Return the share of errors."""
        return self.errors / self.lines if self.lines else 0.0

    def __str__(self) -> str:
        some = "" if self.whole else " that were read"
        return f"{self.errors} errors in {self.lines} lines{some}"


def place(task_definition: Mapping[str, Any], container: str) -> Place | None:
    """Return where a container logs. None if not to CloudWatch Logs, or without a stream prefix."""
    found = [c for c in task_definition.get("containerDefinitions", []) if c.get("name") == container]
    config = (found[0].get("logConfiguration") or {}) if found else {}
    options = config.get("options") or {}
    group, prefix = options.get("awslogs-group"), options.get("awslogs-stream-prefix")
    return Place(group, prefix, container) if config.get("logDriver") == "awslogs" and group and prefix else None


def recogniser(pattern: str | None) -> Callable[[str], bool]:
    """Return what says whether a line is an error: the service's pattern if there is one, else the line's level."""
    return Linear(pattern).found_in if pattern else levels.is_error


def tally(written: Written, pattern: str | None) -> Tally:
    """Count lines and errors."""
    is_error = recogniser(pattern)
    errors = sum(is_error(line.text) for line in written.lines)
    return Tally(len(written.lines), errors, written.whole)


def assess(now: Tally, before: Tally, settings: Logs) -> Verdict:
    """Compare a release's log lines with those before it. Without lines before, the release can't fail (law 8)."""
    told = f"{now}, before the update {before}"
    if not before.lines:
        return passed("LOGS_NOTHING_BEFORE", f"the new tasks wrote {told}; there is nothing to compare with")
    if now.errors >= settings.gate_errors and now.share > settings.gate_times * before.share:
        allowed = f"{settings.gate_errors} errors that are more than {settings.gate_times:g} times the share before"
        return failed("LOG_ERRORS", f"the new tasks wrote {told}; {allowed} fail a release (logs.gate)")
    return passed("LOGS_QUIET", f"the new tasks wrote {told}")
