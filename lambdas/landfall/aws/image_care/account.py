"""Amazon ECS: every revision, service and task of the account in one region, in all clusters.

If an answer left something out, an image that is needed would look unused. So every failure is raised.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from landfall.aws import ecs
from landfall.aws.ecs import DESCRIBE_TASKS_LIMIT
from landfall.aws.services import DESCRIBE_SERVICES_LIMIT
from landfall.aws.trying import trying
from landfall.change.task_definition import TAG_DEPLOYMENT
from landfall.errors import AwsCallFailed
from landfall.ledger.image_uses import Account, Definition, User

Pace = Callable[[int], None]


class AccountReader:
    """Reads everything. It calls `pace` before each call to AWS; `pace` may wait: deployments need the same quotas."""

    def __init__(self, client: Any, pace: Pace = lambda _: None) -> None:
        self._client = client
        self._pace = pace

    def read(self, cluster: str, service: str, also: Iterable[str] = ()) -> Account:
        """Return everything. `cluster` and `service` name Landfall's own service, `also` more revisions to read.

        Users are read first and revisions last, so that a revision which came into use meanwhile is still ACTIVE.
        """
        own = (cluster.rpartition("/")[2], service)
        users = [user for each in self._clusters() for user in (*self._services(each, own), *self._tasks(each, own))]
        active = dict.fromkeys(self._active())
        wanted = dict.fromkeys([*active, *(user.revision for user in users), *also])
        definitions = {arn: found for arn in wanted if arn and (found := self._definition(arn, needed=arn not in also))}
        return Account(definitions, tuple(users))

    def _clusters(self) -> Iterator[str]:
        yield from self._listed("list_clusters", "clusterArns")

    def _services(self, cluster: str, own: tuple[str, str]) -> Iterator[User]:
        names = list(self._listed("list_services", "serviceArns", cluster=cluster))
        for part in _parts(names, DESCRIBE_SERVICES_LIMIT):
            what = f"describing {len(part)} services in {cluster}"
            found = self._described("describe_services", "services", what, cluster=cluster, services=part)
            with trying(what):
                users = [user for each in found for user in _of_service(each, _name(cluster), own)]
            yield from users

    def _tasks(self, cluster: str, own: tuple[str, str]) -> Iterator[User]:
        arns = list(self._listed("list_tasks", "taskArns", cluster=cluster))
        for part in _parts(arns, DESCRIBE_TASKS_LIMIT):
            what = f"describing {len(part)} tasks in {cluster}"
            found = self._described("describe_tasks", "tasks", what, cluster=cluster, tasks=part)
            with trying(what):
                users = [_of_task(task, _name(cluster), own) for task in found]
            yield from users

    def _active(self) -> Iterator[str]:
        yield from self._listed("list_task_definitions", "taskDefinitionArns", status="ACTIVE")

    def _definition(self, arn: str, *, needed: bool) -> Definition | None:
        """Return a revision; None if only a record names it and ECS has deleted it."""
        self._pace(1)
        try:
            told, tags = ecs.task_definition(self._client, arn)
        except AwsCallFailed as error:
            if needed or error.code != "ClientException":
                raise
            return None
        images = tuple(str(c.get("image", "")) for c in told.get("containerDefinitions", []))
        return Definition(arn, told.get("status") == "ACTIVE", images, tags.get(TAG_DEPLOYMENT, ""))

    def _described(self, operation: str, key: str, what: str, **wanted: Any) -> list[Any]:
        self._pace(1)
        with trying(what):
            reply = getattr(self._client, operation)(**wanted)
            for failure in reply.get("failures", []):
                if failure.get("reason") != ecs.MISSING:  # it stopped or was removed meanwhile
                    raise AwsCallFailed(str(failure.get("reason")), f"{what}: {failure.get('reason')}")
            return list(reply[key])

    def _listed(self, operation: str, key: str, **wanted: Any) -> Iterator[str]:
        with trying(f"{operation.replace('_', ' ')} {wanted.get('cluster', '')}".strip()):
            for page in self._client.get_paginator(operation).paginate(**wanted):
                self._pace(1)
                yield from page[key]


def _parts(names: Sequence[str], size: int) -> Iterator[list[str]]:
    yield from (list(names[at : at + size]) for at in range(0, len(names), size))


def _name(arn: str) -> str:
    return arn.rpartition("/")[2]


def _of_service(service: Mapping[str, Any], cluster: str, own: tuple[str, str]) -> list[User]:
    """Return a service once for each revision that it runs, rolls out or replaces."""
    name, sets = str(service["serviceName"]), (*service.get("deployments", []), *service.get("taskSets", []))
    revisions = dict.fromkeys([service.get("taskDefinition"), *(each.get("taskDefinition") for each in sets)])
    return [User(f"service {cluster}/{name}", str(each), (cluster, name) == own) for each in revisions if each]


def _of_task(task: Mapping[str, Any], cluster: str, own: tuple[str, str]) -> User:
    digests = tuple(str(c["imageDigest"]) for c in task.get("containers", []) if c.get("imageDigest"))
    group = str(task.get("group", ""))
    ours = (cluster, group.removeprefix("service:")) == own
    return User(f"a task of {group or 'nobody'} in {cluster}", str(task["taskDefinitionArn"]), ours, digests)
