"""Amazon ECS: the service deployments of one service, and the revisions that they go to."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from landfall.aws.ecs import MISSING
from landfall.aws.trying import trying
from landfall.errors import AwsCallFailed
from landfall.proof.service_deployment import Brief, ServiceDeployment, brief, service_deployment
from landfall.proof.service_revision import ServiceRevision, service_revision

AT_ONCE = 20
"""ARNs per DescribeServiceDeployments and DescribeServiceRevisions call (ECS API reference)."""
PAGES = 5
"""Pages that are read of a list: one update makes one service deployment, or two."""


class ServiceDeployments:
    """One service of one cluster."""

    def __init__(self, client: Any, cluster: str, service: str) -> None:
        self._client = client
        self._cluster = cluster
        self._service = service

    def since(self, moment: datetime) -> tuple[Brief, ...]:
        """Return the service deployments that were created after a moment. ECS keeps them for about three months."""
        return self._listed(createdAt={"after": moment})

    def of_status(self, statuses: Collection[str]) -> tuple[Brief, ...]:
        """Return the service deployments in one of these states."""
        return self._listed(status=list(statuses))

    def described(self, arns: Sequence[str]) -> tuple[ServiceDeployment, ...]:
        """Return service deployments by their ARNs, twenty at most; those that ECS no longer has are left out."""
        if not arns:
            return ()
        with trying(f"describing service deployments of {self._service!r}"):
            reply = self._client.describe_service_deployments(serviceDeploymentArns=list(arns[:AT_ONCE]))
            _no_other_failure(reply)
            return tuple(service_deployment(each) for each in reply.get("serviceDeployments", []))

    def task_definitions(self, revisions: Sequence[str]) -> Mapping[str, str]:
        """Return the task definition of each of these service revisions, twenty at most, by the revision's ARN."""
        wanted = list(dict.fromkeys(filter(None, revisions)))[:AT_ONCE]
        if not wanted:
            return {}
        with trying(f"describing service revisions of {self._service!r}"):
            reply = self._client.describe_service_revisions(serviceRevisionArns=wanted)
            _no_other_failure(reply)
            found = reply.get("serviceRevisions", [])
            return {str(each.get("serviceRevisionArn")): str(each.get("taskDefinition")) for each in found}

    def revisions(self, arns: Sequence[str]) -> Mapping[str, ServiceRevision]:
        """Return these service revisions, twenty at most, by ARN: what they run, and which target groups they have."""
        wanted = list(dict.fromkeys(filter(None, arns)))[:AT_ONCE]
        if not wanted:
            return {}
        with trying(f"describing service revisions of {self._service!r}"):
            reply = self._client.describe_service_revisions(serviceRevisionArns=wanted)
            _no_other_failure(reply)
            found = map(service_revision, reply.get("serviceRevisions", []))
            return {each.arn: each for each in found}

    def go_on(self, arn: str, hook: str) -> None:
        """Continue a deployment that waits at a hook. ECS's default `action` is to continue; it is sent anyway."""
        with trying(f"continuing {arn} at hook {hook}"):
            self._client.continue_service_deployment(serviceDeploymentArn=arn, hookId=hook, action="CONTINUE")

    def go_back(self, arn: str) -> None:
        """Stop a deployment and roll it back. ECS has no other way to stop one (API reference, StopType)."""
        with trying(f"rolling back {arn}"):
            self._client.stop_service_deployment(serviceDeploymentArn=arn, stopType="ROLLBACK")

    def _listed(self, **asked: Any) -> tuple[Brief, ...]:
        with trying(f"listing service deployments of {self._service!r}"):
            return tuple(brief(each) for page in self._pages(asked) for each in page.get("serviceDeployments", []))

    def _pages(self, asked: Mapping[str, Any]) -> Iterator[Any]:
        """Yield the pages of a list; botocore has no paginator for it."""
        wanted = {"cluster": self._cluster, "service": self._service, **asked}
        token: Mapping[str, Any] = {}
        for _ in range(PAGES):
            page = self._client.list_service_deployments(**wanted, **token)
            yield page
            if not page.get("nextToken"):
                return
            token = {"nextToken": page["nextToken"]}


def _no_other_failure(reply: Any) -> None:
    """Raise AwsCallFailed if ECS left something out for another reason than that it does not exist."""
    for failure in reply.get("failures", []):
        reason = str(failure.get("reason", "Unknown"))
        if reason != MISSING:
            raise AwsCallFailed(reason, f"{failure.get('arn', '')}: {reason}: {failure.get('detail', '')}")
