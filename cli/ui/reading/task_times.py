"""Reads when the tasks of a service were placed, pulled, started and stopped. ECS keeps a stopped task for an hour.

Source: ECS API reference, Task (`createdAt`, `pullStartedAt`, `pullStoppedAt`, `startedAt`, `stoppingAt`, `stoppedAt`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from landfall.aws.trying import trying

KEPT_SECONDS = 3600
"""How long ECS can describe a stopped task (ECS API reference, DescribeTasks)."""
MOST = 100
"""Tasks of one status that are read, in one call (ECS API reference, ListTasks and DescribeTasks)."""


@dataclass(frozen=True)
class TaskTimes:
    """The times of one task; None for what did not happen, or is not known."""

    arn: str
    revision: str
    status: str
    created: datetime | None
    pull_began: datetime | None
    pull_ended: datetime | None
    started: datetime | None
    stopping: datetime | None
    stopped: datetime | None


def of(ecs: Any, cluster: str, service: str) -> tuple[TaskTimes, ...]:
    """Return the times of a service's running and recently stopped tasks."""
    with trying(f"reading the tasks of {service}"):
        arns: list[str] = []
        for status in ("RUNNING", "STOPPED"):
            reply = ecs.list_tasks(cluster=cluster, serviceName=service, desiredStatus=status, maxResults=MOST)
            arns += reply.get("taskArns", [])
        batches = [arns[start : start + MOST] for start in range(0, len(arns), MOST)]
        return tuple(_times(t) for b in batches for t in ecs.describe_tasks(cluster=cluster, tasks=b)["tasks"])


def _times(reply: dict[str, Any]) -> TaskTimes:
    return TaskTimes(
        str(reply["taskArn"]),
        str(reply.get("taskDefinitionArn", "")),
        str(reply.get("lastStatus", "")),
        *(
            at if isinstance(at := reply.get(name), datetime) else None
            for name in ("createdAt", "pullStartedAt", "pullStoppedAt", "startedAt", "stoppingAt", "stoppedAt")
        ),
    )
