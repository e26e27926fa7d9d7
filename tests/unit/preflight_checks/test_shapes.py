"""Each kind of service that can't be proven is refused before anything is touched, with the reason and the way out."""

from __future__ import annotations

from typing import Any

import pytest

from landfall.model import State
from landfall.preflight_checks import shapes, supported_service
from landfall.proof.balanced import OF_APPLICATION, OF_NETWORK, GroupView, group_view
from landfall.proof.observed import service_view
from tests.support import builders as b

SETTINGS = b.settings_of()
AWSVPC = {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}
ATTACHED = [{"targetGroupArn": b.GROUP, "containerName": "app", "containerPort": b.PORT}]


def reply(**changes: Any) -> dict[str, Any]:
    """Return DescribeServices' answer about a service that Landfall supports. A change of None removes the field."""
    known: dict[str, Any] = {
        "serviceArn": "arn:aws:ecs:us-east-1:123456789012:service/c/sample",
        "status": "ACTIVE",
        "desiredCount": 2,
        "launchType": "FARGATE",
        "schedulingStrategy": "REPLICA",
        "deploymentController": {"type": "ECS"},
        "deploymentConfiguration": {"strategy": "ROLLING"},
        "networkConfiguration": AWSVPC,
        "loadBalancers": ATTACHED,
        "deployments": [{"id": b.OLD, "status": "PRIMARY", "rolloutState": "COMPLETED"}],
        **changes,
    }
    return {key: value for key, value in known.items() if value is not None}


PROVIDERS = [{"capacityProvider": "spot", "weight": 1}]
SUPPORTED = {
    "Fargate": {},
    "EC2": {"launchType": "EC2"},
    "managed instances": {"launchType": "MANAGED_INSTANCES"},
    "capacity providers": {"launchType": None, "capacityProviderStrategy": PROVIDERS},
    "two target groups": {"loadBalancers": [*ATTACHED, {**ATTACHED[0], "targetGroupArn": f"{b.GROUP}2"}]},
    "one group, two ports": {"loadBalancers": [*ATTACHED, {**ATTACHED[0], "containerPort": 9090}]},
    "managed by the customer": {"resourceManagementType": "CUSTOMER"},
    "old replies say less": {"deploymentController": None, "deploymentConfiguration": None, "schedulingStrategy": None},
}


@pytest.mark.parametrize("changes", SUPPORTED.values(), ids=SUPPORTED.keys())
def test_supported(changes: dict[str, Any]) -> None:
    """These shapes are proven as any other: their tasks have addresses of their own, and target groups."""
    assert supported_service.refusal(service_view(reply(**changes)), SETTINGS, b.NOW) is None


REFUSED: dict[str, tuple[dict[str, Any], tuple[str, str, str]]] = {
    "bridge with dynamic ports": (
        {"networkConfiguration": None, "launchType": "EC2"},
        ("awsvpc", "bridge and host", "set networkMode to awsvpc"),
    ),
    "host mode with a load balancer": (
        {"networkConfiguration": {}, "launchType": "EC2"},
        ("awsvpc", "ports of container instances", "target groups of type 'ip'"),
    ),
    "external instances": (
        {"networkConfiguration": None, "launchType": "EXTERNAL"},
        ("ECS Anywhere", "neither network mode awsvpc nor load balancers", "run it on EC2 or Fargate"),
    ),
    "a launch type of the future": ({"launchType": "MOON"}, ("launch type", "'MOON'", "upgrade Landfall")),
    "classic load balancer": (
        {"loadBalancers": [{"loadBalancerName": "classic"}]},
        ("Classic Load Balancer", "no target group", "use an Application or Network Load Balancer"),
    ),
    "a classic one beside a target group": (
        {"loadBalancers": [*ATTACHED, {"loadBalancerName": "classic"}]},
        ("Classic Load Balancer", "no target group", "use an Application or Network Load Balancer"),
    ),
    "no load balancer": ({"loadBalancers": []}, ("no target group", "healthy", "")),
    "CodeDeploy": (
        {"deploymentController": {"type": "CODE_DEPLOY"}},
        ("'CODE_DEPLOY'", "between task sets", "--deployment-controller type=ECS"),
    ),
    "another program's task sets": (
        {"deploymentController": {"type": "EXTERNAL"}},
        ("'EXTERNAL'", "another program", "--deployment-controller type=ECS"),
    ),
    "a controller of the future": (
        {"deploymentController": {"type": "FLEET"}},
        ("deployment controller", "'FLEET'", "upgrade Landfall"),
    ),
    "daemon": ({"schedulingStrategy": "DAEMON"}, ("'DAEMON'", "each container instance", "a REPLICA service")),
    "a scheduling of the future": ({"schedulingStrategy": "CRON"}, ("scheduling", "'CRON'", "upgrade Landfall")),
    "a strategy of the future": (
        {"deploymentConfiguration": {"strategy": "SHADOW"}},
        ("deployment strategy", "'SHADOW'", "upgrade Landfall"),
    ),
    "Express mode": (
        {"resourceManagementType": "ECS"},
        ("Express mode", "ECS manages itself", "create an ordinary service"),
    ),
    "a manager of the future": ({"resourceManagementType": "EKS"}, ("management", "'EKS'", "upgrade Landfall")),
    "VPC Lattice": (
        {"deployments": [{"id": b.OLD, "status": "PRIMARY", "vpcLatticeConfigurations": [{"portName": "http"}]}]},
        ("VPC Lattice", "doesn't read", "remove its vpcLatticeConfigurations"),
    ),
}


@pytest.mark.parametrize(("changes", "parts"), REFUSED.values(), ids=REFUSED.keys())
def test_refused_with_the_reason_and_a_way_out(changes: dict[str, Any], parts: tuple[str, ...]) -> None:
    """The refusal names the service, what it is, why that can't be proven, and what to change."""
    verdict = supported_service.refusal(service_view(reply(**changes)), SETTINGS, b.NOW)
    assert verdict is not None
    assert (verdict.state, verdict.code) == (State.FAIL, "UNSUPPORTED_SERVICE")
    assert all(part in verdict.reason for part in ("service 'sample' in cluster 'c'", *parts)), verdict.reason


def group(**changes: Any) -> GroupView:
    """Return a target group as DescribeTargetGroups tells of it."""
    known = {"TargetGroupArn": b.GROUP, "Protocol": "TCP", "TargetType": "ip", "LoadBalancerArns": ["lb"]}
    return group_view({**known, **changes})


GROUPS = {
    "instances": (group(TargetType="instance"), ("'instance'", "container instances", "type 'ip'")),
    "another load balancer": (
        group(TargetType="alb"),
        ("'alb'", "another load balancer", "that one's own target group"),
    ),
    "a function": (group(TargetType="lambda"), ("'lambda'", "Lambda function", "type 'ip'")),
    "a type of the future": (group(TargetType="moon"), ("'moon'", "upgrade Landfall", "type 'ip'")),
    "no type": (group(TargetType=None), ("''", "upgrade Landfall", "type 'ip'")),
    "a gateway load balancer": (group(Protocol="GENEVE"), ("'GENEVE'", "Application and Network", "use one of these")),
    "a protocol of the future": (group(Protocol="MOSH"), ("'MOSH'", "Application and Network", "use one of these")),
    "no protocol": (group(Protocol=None), ("''", "TCP_QUIC", "use one of these")),
}


@pytest.mark.parametrize(("wrong", "parts"), GROUPS.values(), ids=GROUPS.keys())
def test_group_that_is_refused(wrong: GroupView, parts: tuple[str, ...]) -> None:
    """One such group among others is enough: every group must have all tasks."""
    verdict = supported_service.wrong_group((group(Protocol="HTTP"), wrong), SETTINGS)
    assert verdict is not None
    assert verdict.code == "UNSUPPORTED_SERVICE"
    assert all(part in verdict.reason for part in (b.GROUP, "service 'sample'", *parts)), verdict.reason


@pytest.mark.parametrize("protocol", [*OF_APPLICATION, *OF_NETWORK])
def test_group_of_ip_targets(protocol: str) -> None:
    """Groups of both kinds of load balancers are supported, whatever their protocol."""
    assert shapes.wrong_group((group(Protocol=protocol),)) == ""
    assert group(Protocol=protocol).is_network is (protocol not in OF_APPLICATION)
