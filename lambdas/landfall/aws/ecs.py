"""Amazon ECS."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC
from itertools import islice
from typing import Any

from landfall.aws.trying import trying
from landfall.errors import AwsCallFailed
from landfall.ledger import task_times
from landfall.ledger.revisions import Revision
from landfall.ledger.task_times import TaskTimes
from landfall.proof.observed import ServiceView, TaskView, service_view, task_view

DESCRIBE_TASKS_LIMIT = 100
"""Tasks per DescribeTasks call (ECS API reference)."""

MISSING = "MISSING"
NEWEST = 2
"""One deployment registers two revisions at most: the release's, and a pinned copy of the baseline's."""


class Ecs:
    """One service of one cluster."""

    def __init__(self, client: Any, cluster: str, service: str, once: Callable[[], Any] | None = None) -> None:
        """Take a client. A step that registers revisions also gives `once`: a client that makes each call only once.

        `once` is made when it is needed.
        """
        self._client = client
        self._once = once or (lambda: client)
        self._cluster = cluster
        self._service = service

    def service(self) -> ServiceView | None:
        """Return the service, or None if ECS knows no such cluster, or no service of that name in it."""
        with trying(f"describing service {self._service!r} in cluster {self._cluster!r}"):
            try:
                reply = self._client.describe_services(cluster=self._cluster, services=[self._service])
            except self._client.exceptions.ClusterNotFoundException:
                return None
            _no_other_failure(reply)
            if not reply.get("services") and not reply.get("failures"):
                raise LookupError("neither the service nor why it is not there")
        return next((service_view(s) for s in reply.get("services", [])), None)

    def tasks(self, *statuses: str, most: int | None = None) -> tuple[TaskView, ...]:
        """Return the service's tasks of these desired statuses. ECS forgets a stopped task after about an hour.

        With `most` only that many of each status are listed and described: the first that ECS returns, in no particular
        order.
        """
        return tuple(map(task_view, self._tasks(statuses, most)))

    def running_and_stopped(self, no_other: Callable[[Collection[str]], bool]) -> tuple[TaskView, ...]:
        """Return the tasks with desired status RUNNING, and the stopped ones unless `no_other` says that none matters.

        `no_other` gets the ARNs of the running tasks. All listed tasks are described at the same moment.
        """
        running = list(self._task_arns("RUNNING"))
        stopped = [] if no_other(running) else self._task_arns("STOPPED")
        return tuple(map(task_view, self._described([*running, *stopped])))

    def tasks_and_times(self, *statuses: str, most: int | None = None) -> tuple[tuple[TaskView, TaskTimes], ...]:
        """Return the same tasks, each with the times when it was placed, pulled, started and stopped."""
        return tuple((task_view(reply), task_times.read(reply)) for reply in self._tasks(statuses, most))

    def _tasks(self, statuses: Sequence[str], most: int | None) -> list[Any]:
        per_status = (islice(self._task_arns(status), most) for status in statuses)
        return self._described([arn for arns in per_status for arn in arns])

    def _described(self, listed: Sequence[str]) -> list[Any]:
        # a task that stops between the two lists is in both, but counts as one stop
        arns = list(dict.fromkeys(listed))
        replies: list[Any] = []
        for start in range(0, len(arns), DESCRIBE_TASKS_LIMIT):
            with trying(f"describing tasks of {self._service!r}"):
                chunk = arns[start : start + DESCRIBE_TASKS_LIMIT]
                reply = self._client.describe_tasks(cluster=self._cluster, tasks=chunk)
                _no_other_failure(reply)
            replies += reply.get("tasks", [])
        return replies

    def protected(self, arns: Sequence[str]) -> dict[str, str]:
        """Return until when tasks are protected from scale-in, for the first hundred; empty if ECS does not say.

        A deployment waits for such a task (ECS Developer Guide, task scale-in protection). It only explains a verdict.
        """
        if not arns:
            return {}
        try:
            with trying(f"reading which tasks of {self._service!r} are protected"):
                asked = list(arns[:DESCRIBE_TASKS_LIMIT])
                found = self._client.get_task_protection(cluster=self._cluster, tasks=asked).get("protectedTasks", [])
        except AwsCallFailed:
            return {}
        ends = {str(t.get("taskArn")): t.get("expirationDate") for t in found if t.get("protectionEnabled")}
        return {arn: f"{end:%Y-%m-%dT%H:%M:%SZ}" if end else "it is lifted" for arn, end in ends.items()}

    def _task_arns(self, status: str) -> Iterator[str]:
        with trying(f"listing {status} tasks of {self._service!r}"):
            pages = self._client.get_paginator("list_tasks").paginate(
                cluster=self._cluster, serviceName=self._service, desiredStatus=status
            )
            for page in pages:
                yield from page.get("taskArns", [])

    def task_definition(self, name: str) -> tuple[dict[str, Any], dict[str, str]]:
        """Return a revision (for a bare family, its newest ACTIVE one) and its tags."""
        return task_definition(self._client, name)

    def is_active(self, task_definition: str) -> bool:
        """Say whether a revision is there and can be deployed."""
        with trying(f"describing task definition {task_definition!r}"):
            try:
                reply = self._client.describe_task_definition(taskDefinition=task_definition)
            except self._client.exceptions.ClientException:
                return False
        return bool(reply.get("taskDefinition", {}).get("status") == "ACTIVE")

    def newest_revisions(self, family: str) -> tuple[str, ...]:
        """Return the newest ACTIVE revisions of a family, newest first: as many as one deployment registers."""
        with trying(f"listing revisions of {family!r}"):
            reply = self._client.list_task_definitions(familyPrefix=family, sort="DESC", maxResults=NEWEST)
        return tuple(reply.get("taskDefinitionArns", []))

    def revisions(self, family: str) -> tuple[str, ...]:
        """Return every revision of a family, ACTIVE and INACTIVE, newest first.

        ECS reads `familyPrefix` as a family's full name; families that only begin with it are left out here in any
        case.
        """
        arns: list[str] = []
        for status in ("ACTIVE", "INACTIVE"):
            with trying(f"listing {status} revisions of {family!r}"):
                pages = self._client.get_paginator("list_task_definitions").paginate(
                    familyPrefix=family, status=status, sort="DESC"
                )
                arns += [arn for page in pages for arn in page.get("taskDefinitionArns", [])]
        own = [arn for arn in arns if arn.rpartition("/")[2].rpartition(":")[0] == family]
        return tuple(sorted(own, key=lambda arn: int(arn.rpartition(":")[2]), reverse=True))

    def revision(self, arn: str, container: str) -> Revision:
        """Return a revision as ECS describes it, and its image for a container."""
        told, tags = self.task_definition(arn)
        images = (str(c.get("image")) for c in told.get("containerDefinitions", []) if c.get("name") == container)
        at = told.get("registeredAt")
        return Revision(
            arn=arn,
            status=str(told.get("status", "")),
            image=next(images, ""),
            registered_at=at.astimezone(UTC).isoformat(timespec="seconds") if at else "",
            registered_by=str(told.get("registeredBy", "")),
            tags=tags,
        )

    def register(self, request: dict[str, Any]) -> str:
        """Register a revision and return its ARN.

        Each call makes another revision (ECS API reference, RegisterTaskDefinition: there is no client token), so a
        lost reply is no reason to call again: the repeated step finds the revision of the first call.
        """
        with trying(f"registering a revision of {request.get('family')!r}"):
            reply = self._once().register_task_definition(**request)
            return str(reply["taskDefinition"]["taskDefinitionArn"])

    def deregister(self, task_definition: str) -> None:
        """Make a revision INACTIVE, so that a bare family name never resolves to it. Running tasks go on."""
        with trying(f"deregistering {task_definition!r}"):
            self._client.deregister_task_definition(taskDefinition=task_definition)

    def update(self, task_definition: str, desired_count: int | None = None) -> ServiceView:
        """Point the service at a revision. Return the service as ECS describes it right after.

        Without `desired_count` the count stays as it is: auto scaling may have changed it a moment ago.
        """
        count = {} if desired_count is None else {"desiredCount": desired_count}
        with trying(f"updating service {self._service!r} to {task_definition}"):
            reply = self._client.update_service(
                cluster=self._cluster,
                service=self._service,
                taskDefinition=task_definition,
                **count,
            )
        return service_view(reply.get("service", {}))


def _no_other_failure(reply: Any) -> None:
    """Raise AwsCallFailed if a Describe call left something out for another reason than that it does not exist.

    ECS answers 200 in that case too (ECS API reference, "API failure reasons").
    """
    for failure in reply.get("failures", []):
        reason = str(failure.get("reason", "Unknown"))
        if reason != MISSING:
            raise AwsCallFailed(reason, f"{failure.get('arn', '')}: {reason}: {failure.get('detail', '')}")


def task_definition(client: Any, name: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Return a revision (for a bare family, its newest ACTIVE one) and its tags."""
    with trying(f"describing task definition {name!r}"):
        reply = client.describe_task_definition(taskDefinition=name, include=["TAGS"])
        return reply.get("taskDefinition", {}), {t["key"]: t.get("value", "") for t in reply.get("tags", [])}
