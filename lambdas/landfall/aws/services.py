"""Amazon ECS: services of one cluster, described together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from landfall.aws.ecs import MISSING
from landfall.aws.trying import UNREADABLE, trying
from landfall.errors import AwsCallFailed
from landfall.proof.observed import ServiceView, service_view

DESCRIBE_SERVICES_LIMIT = 10
"""Services per DescribeServices call, all of one cluster (ECS API reference)."""
Described = ServiceView | AwsCallFailed | None
"""A service; None if ECS knows none of that name; or why ECS did not describe this one."""


class Services:
    """The services of one cluster."""

    def __init__(self, client: Any, cluster: str) -> None:
        self._client = client
        self._cluster = cluster

    def described(self, names: Sequence[str]) -> Mapping[str, Described]:
        """Return each of these services, DESCRIBE_SERVICES_LIMIT at most. A failure for one affects no other."""
        with trying(f"describing {len(names)} services in cluster {self._cluster!r}"):
            try:
                reply = self._client.describe_services(cluster=self._cluster, services=list(dict.fromkeys(names)))
            except self._client.exceptions.ClusterNotFoundException:
                return dict.fromkeys(names)
            found: dict[str, Described] = {_name(s["serviceArn"]): service_view(s) for s in reply.get("services", [])}
            for failure in reply.get("failures", []):
                found.setdefault(_name(failure.get("arn", "")), self._not_described(failure))
        return {name: found.get(name, self._unmentioned(name)) for name in names}

    def _not_described(self, failure: Mapping[str, Any]) -> Described:
        reason = str(failure.get("reason", "Unknown"))
        if reason == MISSING:
            return None
        return AwsCallFailed(reason, f"{failure.get('arn', '')}: {reason}: {failure.get('detail', '')}")

    def _unmentioned(self, name: str) -> AwsCallFailed:
        what = f"describing service {name!r} in cluster {self._cluster!r}"
        return AwsCallFailed(UNREADABLE, f"{what}: neither the service came back nor why it is not there")


def _name(arn: str) -> str:
    return arn.rpartition("/")[2]
