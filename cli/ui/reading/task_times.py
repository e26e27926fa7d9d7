"""Reads the times of a service's tasks, while ECS still knows them."""

from __future__ import annotations

from typing import Any

from landfall.aws.trying import trying
from landfall.ledger import task_times
from landfall.ledger.task_times import TaskTimes

MOST = 100
"""Tasks of one status that are read, in one call (ECS API reference, ListTasks and DescribeTasks)."""


def of(ecs: Any, cluster: str, service: str) -> tuple[TaskTimes, ...]:
    """Return the times of a service's running and recently stopped tasks."""
    with trying(f"reading the tasks of {service}"):
        arns: list[str] = []
        for status in ("RUNNING", "STOPPED"):
            reply = ecs.list_tasks(cluster=cluster, serviceName=service, desiredStatus=status, maxResults=MOST)
            arns += reply.get("taskArns", [])
        batches = [arns[start : start + MOST] for start in range(0, len(arns), MOST)]
        replies = [t for b in batches for t in ecs.describe_tasks(cluster=cluster, tasks=b)["tasks"]]
        return tuple(map(task_times.read, replies))
