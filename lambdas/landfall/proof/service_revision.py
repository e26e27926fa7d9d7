"""A service revision as plain values: what ECS runs for one version of a service, and in which target groups.

Source: ECS API reference, ServiceRevision and ResolvedConfiguration. Reading it never raises.
"""

from __future__ import annotations

from dataclasses import dataclass

from landfall.proof.aws_reply import Reply, each, sub, text


@dataclass(frozen=True)
class ServiceRevision:
    """`groups` are the ARNs of the target groups that ECS chose for it, of the two that each rule has."""

    arn: str
    task_definition: str = ""
    groups: frozenset[str] = frozenset()


def service_revision(reply: Reply) -> ServiceRevision:
    """Read one entry of DescribeServiceRevisions' `serviceRevisions`."""
    resolved = each(sub(reply, "resolvedConfiguration"), "loadBalancers")
    return ServiceRevision(
        arn=text(reply, "serviceRevisionArn"),
        task_definition=text(reply, "taskDefinition"),
        groups=frozenset(text(one, "targetGroupArn") for one in resolved) - {""},
    )
