"""Amazon ECS: tasks that no service starts, such as a migration's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from landfall.aws.ecs import DESCRIBE_TASKS_LIMIT, MISSING
from landfall.aws.trying import trying
from landfall.errors import AwsCallFailed
from landfall.proof.observed import TaskView, task_view

_FROM_SERVICE = (
    "networkConfiguration",
    "capacityProviderStrategy",
    "platformVersion",
    "placementConstraints",
    "placementStrategy",
)
"""Fields of DescribeServices that RunTask takes unchanged. A capacity provider strategy excludes a launch type."""


@dataclass(frozen=True)
class Ran:
    """RunTask's answer: the task, or why there is none (ECS API reference, "API failure reasons").

    `final`: ECS refused the request itself. Otherwise there was no room, and a later call may find some.
    """

    task: str = ""
    failure: str = ""
    final: bool = False


class OneOffTasks:
    """The one-off tasks of one service's cluster."""

    def __init__(self, client: Any, cluster: str, service: str) -> None:
        self._client = client
        self._cluster = cluster
        self._service = service

    def placement(self) -> Mapping[str, Any]:
        """Return the service's network, launch type and platform, as RunTask takes them. Raises AwsCallFailed."""
        with trying(f"reading where {self._service!r} runs its tasks"):
            reply = self._client.describe_services(cluster=self._cluster, services=[self._service])
            service = reply["services"][0]
        found = {name: service[name] for name in _FROM_SERVICE if service.get(name)}
        if service.get("launchType") and "capacityProviderStrategy" not in found:
            found["launchType"] = service["launchType"]
        return found

    def run(self, request: Mapping[str, Any]) -> Ran:
        """Run one task. The request has a client token, so a call that is repeated starts no second task."""
        with trying(f"running a task of {request.get('taskDefinition')}"):
            reply = self._client.run_task(cluster=self._cluster, **request)
            if tasks := reply.get("tasks", []):
                return Ran(task=str(tasks[0]["taskArn"]))
            failure = reply["failures"][0]
        return Ran(failure=": ".join(str(failure[k]) for k in ("reason", "detail") if failure.get(k)))

    def task(self, arn: str) -> TaskView | None:
        """Return a task; None if ECS does not know it: it forgets a task an hour after it stopped."""
        return next(iter(self._described([arn])), None)

    def started_by(self, name: str) -> TaskView | None:
        """Return the task with that `startedBy`, running or stopped; None if ECS knows none."""
        arns = [arn for status in ("RUNNING", "STOPPED") for arn in self._listed(startedBy=name, desiredStatus=status)]
        return next(iter(self._described(arns)), None)

    def running(self, family: str, started_by: str) -> tuple[TaskView, ...]:
        """Return the running tasks of a family whose `startedBy` begins with this prefix."""
        found = self._described(self._listed(family=family, desiredStatus="RUNNING"))
        return tuple(task for task in found if task.started_by.startswith(started_by) and task.last_status != "STOPPED")

    def stop(self, arn: str, reason: str) -> None:
        """Ask ECS to stop a task. If the task has already stopped, nothing happens."""
        with trying(f"stopping task {arn}"):
            self._client.stop_task(cluster=self._cluster, task=arn, reason=reason)

    def _listed(self, **filters: str) -> list[str]:
        with trying(f"listing tasks by {', '.join(filters.values())}"):
            pages = self._client.get_paginator("list_tasks").paginate(cluster=self._cluster, **filters)
            return [arn for page in pages for arn in page.get("taskArns", [])]

    def _described(self, arns: Sequence[str]) -> list[TaskView]:
        found: list[TaskView] = []
        for start in range(0, len(arns), DESCRIBE_TASKS_LIMIT):
            chunk = list(arns[start : start + DESCRIBE_TASKS_LIMIT])
            with trying(f"describing {len(chunk)} tasks in cluster {self._cluster!r}"):
                reply = self._client.describe_tasks(cluster=self._cluster, tasks=chunk)
            for failure in reply.get("failures", []):
                if failure.get("reason") != MISSING:
                    raise AwsCallFailed(str(failure.get("reason")), f"describing {failure.get('arn')}: {failure}")
            found += map(task_view, reply.get("tasks", []))
        return found
