"""Trait: looking up a load balancer or target group that doesn't exist is an error.

AWS ("API_DescribeTargetGroups", "API_DescribeLoadBalancers"): TargetGroupNotFound or LoadBalancerNotFound as soon as
one of the ARNs or names asked for doesn't exist.
Emulator: only if none of the ARNs exists; a target group's name that doesn't exist gives an empty list.
Here: as AWS.
"""

from __future__ import annotations

from typing import Any

from ministack.services import alb


def apply() -> None:
    """Check the requested names before the emulator filters by them."""
    actions = alb._ACTION_MAP
    actions["DescribeTargetGroups"] = _checked(
        actions["DescribeTargetGroups"], alb._tgs, "TargetGroup", "target groups"
    )
    actions["DescribeLoadBalancers"] = _checked(
        actions["DescribeLoadBalancers"], alb._lbs, "LoadBalancer", "load balancers"
    )


def _checked(action: Any, records: Any, kind: str, plural: str) -> Any:
    def run(params: Any) -> Any:
        names = {record[f"{kind}Name"] for record in records.values()}
        arns_known = all(arn in records for arn in alb._parse_member_list(params, f"{kind}Arns"))
        names_known = all(name in names or len(name) > 32 for name in alb._parse_member_list(params, "Names"))  # noqa: PLR2004 - left to the emulator, which checks lengths
        if arns_known and names_known:
            return action(params)
        return alb._error(f"{kind}NotFound", f"One or more {plural} not found")

    return run
