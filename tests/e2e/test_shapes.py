"""A service behind a Network Load Balancer, then behind two target groups: good releases land, bad ones go back."""

from __future__ import annotations

from typing import Any

import pytest

from cli.deployments.running_execution import Ending
from local.stage.landfall_stage import Stage
from tests.e2e import laws
from tests.e2e.pushing import pushed

pytestmark = pytest.mark.e2e
SERVICE = "shaped"


@pytest.fixture(scope="module")
def landed(stage: Stage) -> Ending:
    """Return the landing of a first release behind the Network Load Balancer alone."""
    return pushed(stage, SERVICE, "one")


@pytest.fixture(scope="module")
def of_two(stage: Stage, landed: Ending) -> list[str]:
    """Attach the target group of an Application Load Balancer too. Return both groups."""
    elb, service = stage.aws.client("elbv2"), stage.service(SERVICE)
    first: dict[str, Any] = service["loadBalancers"][0]
    group = elb.create_target_group(
        Name="shaped-web",
        Protocol="HTTP",
        Port=first["containerPort"],
        VpcId="vpc-1",
        TargetType="ip",
        HealthCheckPath="/api/v1/health/ready",
        HealthCheckIntervalSeconds=5,
        HealthCheckTimeoutSeconds=4,
        UnhealthyThresholdCount=10,  # a busy machine must not fail a release
    )["TargetGroups"][0]["TargetGroupArn"]
    delay = [{"Key": "deregistration_delay.timeout_seconds", "Value": "2"}]
    elb.modify_target_group_attributes(TargetGroupArn=group, Attributes=delay)
    balancer = elb.create_load_balancer(Name="shaped-web", Subnets=["subnet-1"])["LoadBalancers"][0]["LoadBalancerArn"]
    forward = [{"Type": "forward", "TargetGroupArn": group}]
    elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=forward)
    attached = [first, {**first, "targetGroupArn": group}]
    stage.ecs.update_service(cluster=f"landfall-{SERVICE}", service=SERVICE, loadBalancers=attached)
    stable = stage.ecs.get_waiter("services_stable")  # a change of load balancers is a deployment of its own
    stable.wait(cluster=f"landfall-{SERVICE}", services=[SERVICE], WaiterConfig={"Delay": 1, "MaxAttempts": 120})
    return [first["targetGroupArn"], group]


def test_a_release_lands_behind_a_network_load_balancer(stage: Stage, landed: Ending) -> None:
    """Over its TLS listener every answer is of our commit; the plain port, which it can't redirect, is closed."""
    laws.hold(stage, landed, SERVICE, "SUCCEEDED")
    checks = {each["name"]: each["state"] for each in laws.report_of(stage, landed)["checks"]}
    assert (checks["version"], checks["https only"]) == ("PASS", "PASS")


# tests/campaigns/torture/scenarios/20-shapes.toml has it; test_way_back.py has a way back on the local AWS.
@pytest.mark.long
def test_a_crash_behind_it_is_taken_back(stage: Stage, landed: Ending) -> None:
    """The release before is proven again, by the same targets."""
    ending = pushed(stage, SERVICE, "crash", fault="crash-on-start")
    laws.hold(stage, ending, SERVICE, "ROLLED_BACK")
    laws.law_1(stage, SERVICE, digest=landed.record["image_digest"], sha=landed.record["git_sha"])


# tests/campaigns/torture/scenarios/20-shapes.toml has releases behind two groups, good and bad.
@pytest.mark.long
def test_a_release_lands_behind_two_target_groups(stage: Stage, of_two: list[str]) -> None:
    """Every group has every task of the release, and nobody else."""
    ending = pushed(stage, SERVICE, "two")
    laws.hold(stage, ending, SERVICE, "SUCCEEDED")
    for group in of_two:
        told = stage.aws.client("elbv2").describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
        assert [t for t in told if t["TargetHealth"]["State"] not in ("healthy", "draining")] == []


# The torture scenarios have bad releases behind two groups, and the second test has the way back behind one.
@pytest.mark.long
def test_a_crash_behind_both_is_taken_back(stage: Stage, of_two: list[str]) -> None:
    """Back to the release that landed behind both."""
    ending = pushed(stage, SERVICE, "crash again", fault="crash-on-start")
    laws.hold(stage, ending, SERVICE, "ROLLED_BACK")
    assert stage.healthy_and_desired(SERVICE) == (stage.service(SERVICE)["desiredCount"],) * 2
