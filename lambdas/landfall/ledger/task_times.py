"""When tasks were placed, pulled, started and stopped, as ECS says it. ECS forgets a task an hour after it stopped.

Source: ECS API reference, Task (`createdAt`, `pullStartedAt`, `pullStoppedAt`, `startedAt`, `stoppingAt`, `stoppedAt`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from landfall.proof.aws_reply import Reply, text

KEPT_SECONDS = 3600
"""How long ECS can describe a stopped task (ECS API reference, DescribeTasks)."""
_NAMES = ("createdAt", "pullStartedAt", "pullStoppedAt", "startedAt", "stoppingAt", "stoppedAt")
_FIELDS = ("created_at", "pull_began_at", "pull_ended_at", "started_at", "stopping_at", "stopped_at")


@dataclass(frozen=True)
class TaskTimes:
    """The times of one task; null for what did not happen, or is not known."""

    arn: str
    revision: str
    status: str
    created_at: datetime | None
    pull_began_at: datetime | None
    pull_ended_at: datetime | None
    started_at: datetime | None
    stopping_at: datetime | None
    stopped_at: datetime | None


def read(reply: Reply) -> TaskTimes:
    """Read one entry of DescribeTasks' `tasks`."""
    arn, revision, status = (text(reply, name) for name in ("taskArn", "taskDefinitionArn", "lastStatus"))
    return TaskTimes(arn, revision, status, *(_moment(reply.get(name)) for name in _NAMES))


def of_report(document: Mapping[str, Any]) -> tuple[TaskTimes, ...]:
    """Return the times that a report holds; none for a report from before version 4, or one that can't be read."""
    listed = document.get("task_times")
    told = [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []
    return tuple(map(_kept, told))


def _kept(told: Reply) -> TaskTimes:
    arn, revision, status = (text(told, name) for name in ("arn", "revision", "status"))
    return TaskTimes(arn, revision, status, *(_moment(told.get(name)) for name in _FIELDS))


def of_interest(times: Iterable[TaskTimes], revision: str, since: str) -> tuple[TaskTimes, ...]:
    """Return those of a deployment that began at `since`: its own tasks first, then the others that were there."""
    began, several = _moment(since), list(times)
    ours = [each for each in several if each.revision == revision]
    others = [each for each in several if each.revision != revision]
    return (*ours, *(t for t in others if began is None or t.stopped_at is None or t.stopped_at >= began))


def _moment(value: object) -> datetime | None:
    """Return a time with a zone; None for what is none."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, datetime) and value.tzinfo is not None else None
