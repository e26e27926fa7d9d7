"""Elastic Load Balancing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from landfall.aws.trying import trying
from landfall.proof.observed import TargetGroup, TargetView, target_view


class Elb:
    """Target groups and the load balancers in front of them."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def targets(self, groups: Iterable[TargetGroup]) -> tuple[TargetView, ...]:
        """Return every target of these groups, draining ones too."""
        views: list[TargetView] = []
        for group in groups:
            with trying(f"reading target health of {group.arn}"):
                reply = self._client.describe_target_health(TargetGroupArn=group.arn)
            views += [target_view(group.arn, d) for d in reply.get("TargetHealthDescriptions", [])]
        return tuple(views)

    def health_ports(self, groups: Iterable[TargetGroup]) -> dict[str, str]:
        """Return the port each group asks for health: a number, or `traffic-port`."""
        arns = [group.arn for group in groups]
        with trying("reading the service's target groups"):
            described = self._client.describe_target_groups(TargetGroupArns=arns)["TargetGroups"]
            return {str(g["TargetGroupArn"]): str(g.get("HealthCheckPort", "traffic-port")) for g in described}

    def dns_name(self, group: TargetGroup) -> str | None:
        """Return the DNS name of the load balancer that forwards to this group, if there is one."""
        with trying(f"reading target group {group.arn}"):
            described = self._client.describe_target_groups(TargetGroupArns=[group.arn])["TargetGroups"]
        arns = [arn for g in described for arn in g.get("LoadBalancerArns", [])]
        if not arns:
            return None
        with trying(f"reading load balancer {arns[0]}"):
            balancers = self._client.describe_load_balancers(LoadBalancerArns=arns[:1])["LoadBalancers"]
            return next((str(b["DNSName"]) for b in balancers), None)
