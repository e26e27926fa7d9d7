"""Creates a stack's ECS service without tasks, and changes its settings, but never its count or revision.

A template with an ECS service would set count and revision at every change, and again at every rollback of the stack.
Here the count is set only when the service is created, and only releases change what is live.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .pause_hooks import Pauses
from .refused import Refused
from .setup_change import Setup

OWNER = "landfall:stack"
"""The tag that names the stack that created a service. No other stack changes or deletes it."""
TRIES = 12
PAUSE_SECONDS = 5


@dataclass(frozen=True)
class Aws:
    """The boto3 clients."""

    ecs: Any
    elb: Any
    iam: Any
    sleep: Callable[[float], None] = time.sleep


class EcsService:
    """The service with these properties of a custom resource. It need not exist."""

    def __init__(self, aws: Aws, properties: Mapping[str, str]) -> None:
        self._aws, self._properties = aws, properties
        self._where = {"cluster": properties["Cluster"], "service": properties["ServiceName"]}
        self._pauses = Pauses(aws.ecs, aws.sleep, self._where)
        self.name = f"{properties['Cluster']}/{properties['ServiceName']}"

    def is_live(self) -> bool:
        """Say whether any task runs in it, or should run."""
        found = self._found()
        return found is not None and _is_live(found)

    def ensure(self, before: Mapping[str, str]) -> None:
        """Create it, or apply the changes of the template since the properties `before` that ECS does not have yet."""
        found, setup = self._found(), Setup(self._aws.elb, self._properties)
        if found is None:
            self._make(setup.first())
        else:
            self._refuse_another_owner(found)
            if changes := setup.changes(found, Setup(self._aws.elb, before)):
                if setup.moves_traffic(changes, found) and not self._pauses.is_quiet():
                    raise Refused(
                        f"{self.name} is being deployed to, and this change moves its traffic: wait until that "
                        "deployment ends, then deploy the stack again"
                    )
                self._aws.ecs.update_service(**self._where, **changes)
        now = self._found() if setup.shift else None
        if setup.shift and now and not self._pauses.set(now, setup.shift.hooks):
            print(f"{self.name} is still being deployed to: it has no pauses, and preflight says how to set them")

    def refuse_another_owner(self) -> None:
        """Raise Refused if there is a service of that name that this stack did not create."""
        if found := self._found():
            self._refuse_another_owner(found)

    def delete(self) -> None:
        """Delete it, if this stack created it. Raises Refused if it is live."""
        found = self._found()
        if found is None or _owner(found) != self._properties["Stack"]:
            return
        self._pauses.take_off(found)  # if the service stays, it must not wait for a Landfall that is gone
        if _is_live(found):
            cluster, service = self._where.values()
            raise Refused(
                f"{self.name} is live; nothing is deleted. To delete it: aws ecs update-service --cluster {cluster} "
                f"--service {service} --desired-count 0, then delete the stack again"
            )
        self._aws.ecs.delete_service(**self._where)
        for _ in range(TRIES):  # the cluster can't be deleted before its service
            if self._found() is None:
                return
            self._aws.sleep(PAUSE_SECONDS)

    def protect(self, *, on: bool) -> None:
        """Protect the load balancer from deletion while a service is behind it.

        The template doesn't set this, since a first deploy that fails must be able to delete its resources. A worker
        has no load balancer.
        """
        arn = self._properties.get("LoadBalancerArn")
        if arn is None:
            return
        value = [{"Key": "deletion_protection.enabled", "Value": str(on).lower()}]
        self._aws.elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=value)

    def _refuse_another_owner(self, found: Mapping[str, Any]) -> None:
        stack = self._properties["Stack"]
        if _owner(found) != stack:
            raise Refused(
                f"there is a service {self.name} already, which the stack {stack} did not make. Remove its stack table "
                f"from services.toml; or, if it is this stack's, tag it {OWNER}={stack}"
            )

    def _make(self, wanted: Mapping[str, Any]) -> None:
        """Create it without tasks, since there is no image yet. Its first release raises the count."""
        request = {
            "cluster": self._properties["Cluster"],
            "serviceName": self._properties["ServiceName"],
            "taskDefinition": self._properties["FirstTaskDefinition"],
            "desiredCount": 0,
            "launchType": "FARGATE",
            "tags": [{"key": OWNER, "value": self._properties["Stack"]}],
            **wanted,
        }
        refused = self._aws.ecs.exceptions
        for left in reversed(range(TRIES)):
            try:
                self._aws.ecs.create_service(**request)
            except (refused.InvalidParameterException, refused.ClientException) as error:
                # CloudFormation may send a request twice, and boto3 repeats one whose reply was lost.
                if "not idempotent" in str(error).lower() and self._is_ours():
                    return
                # An account that never used ECS has no such role, and IAM takes a while to show a new one.
                if not left or "service linked role" not in str(error).lower():
                    raise
                self._ecs_may_act()
                self._aws.sleep(PAUSE_SECONDS)
            else:
                return

    def _is_ours(self) -> bool:
        found = self._found()
        return found is not None and _owner(found) == self._properties["Stack"]

    def _ecs_may_act(self) -> None:
        try:
            self._aws.iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com")
        except self._aws.iam.exceptions.InvalidInputException:
            return  # it exists already

    def _found(self) -> dict[str, Any] | None:
        """Return ECS's description of it; None if the service or its cluster does not exist."""
        cluster, service = self._where.values()
        try:
            reply = self._aws.ecs.describe_services(cluster=cluster, services=[service], include=["TAGS"])
        except self._aws.ecs.exceptions.ClusterNotFoundException:
            return None
        return next((dict(each) for each in reply["services"] if each["status"] != "INACTIVE"), None)


def _is_live(found: Mapping[str, Any]) -> bool:
    """Say whether tasks run or should run. A missing count may be any number."""
    return any(found.get(count, 1) for count in ("desiredCount", "runningCount", "pendingCount"))


def _owner(found: Mapping[str, Any]) -> str | None:
    return next((tag["value"] for tag in found.get("tags", ()) if tag["key"] == OWNER), None)
