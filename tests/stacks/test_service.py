"""The service's own stack: health checks, zero downtime, and who decides about a rollback."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from local.settings import TEMPLATE
from stacks import ROOT
from stacks.build import build
from tests.stacks.template import Template, many, read


def test_the_three_levels_of_health_checks_have_the_numbers_of_r10(first: Template, sample: Template) -> None:
    """Container 30 s / 5 s / 3 after 60 s, target group 30 s / 5 s, 2 healthy and 3 unhealthy."""
    (container,) = first.only("AWS::ECS::TaskDefinition")["ContainerDefinitions"]
    targets = sample.only("AWS::ElasticLoadBalancingV2::TargetGroup")
    service = sample.only("AWS::ECS::Service")

    check = container["HealthCheck"]
    assert (check["Interval"], check["Timeout"], check["Retries"], check["StartPeriod"]) == (30, 5, 3, 60)
    assert (targets["HealthCheckIntervalSeconds"], targets["HealthCheckTimeoutSeconds"]) == (30, 5)
    assert (targets["HealthyThresholdCount"], targets["UnhealthyThresholdCount"]) == (2, 3)
    assert targets["HealthCheckPath"] == "/api/v1/health/ready"
    assert targets["TargetType"] == "ip"
    assert service["HealthCheckGracePeriodSeconds"] == 60


def test_ecs_asks_the_container_what_docker_would(first: Template) -> None:
    """ECS does not read an image's HEALTHCHECK, so it is said twice; this keeps the two the same."""
    dockerfile = (ROOT / "sample_service" / "Dockerfile").read_text(encoding="utf-8")
    (written,) = re.findall(r"^HEALTHCHECK [^\n]*\\\n\s+CMD (\[.*\])$", dockerfile, re.MULTILINE)
    (container,) = first.only("AWS::ECS::TaskDefinition")["ContainerDefinitions"]

    assert container["HealthCheck"]["Command"] == ["CMD", *json.loads(written)]


def test_a_rollout_never_goes_below_the_desired_count(sample: Template) -> None:
    """The new tasks come before the old ones go."""
    deployment = sample.only("AWS::ECS::Service")["DeploymentConfiguration"]

    assert (deployment["MinimumHealthyPercent"], deployment["MaximumPercent"]) == (100, 200)


def test_ecs_says_that_a_deployment_failed_and_leaves_the_rest_to_landfall(sample: Template) -> None:
    """Breaker on, its rollback off, and no deployment controller but ECS's own rolling one."""
    service = sample.only("AWS::ECS::Service")

    assert service["DeploymentConfiguration"]["DeploymentCircuitBreaker"] == {"Enable": True, "Rollback": False}
    assert "DeploymentController" not in service


def test_a_later_deploy_leaves_the_live_release_and_its_count_alone(sample: Template) -> None:
    """The bare family resolves to the live revision, nothing registers another, and the count stays as it is."""
    service = sample.only("AWS::ECS::Service")

    assert service["TaskDefinition"] == "landfall-sample"
    assert not sample.of_type("AWS::ECS::TaskDefinition")
    assert "DesiredCount" not in service


def test_the_first_deploy_makes_a_revision_to_begin_with_and_starts_no_tasks(first: Template) -> None:
    """There is no image yet: a task would fail until the deploy gave up. The next deploy leaves the revision be."""
    (service,) = (r for r in first.resources.values() if r["Type"] == "AWS::ECS::Service")
    ((task_id, task),) = ((k, r) for k, r in first.resources.items() if r["Type"] == "AWS::ECS::TaskDefinition")

    assert service["Properties"]["DesiredCount"] == 0
    assert service["Properties"]["TaskDefinition"] == task["Properties"]["Family"]
    assert task_id in service["DependsOn"]  # nothing else says that the family must exist first
    assert task["DeletionPolicy"] == task["UpdateReplacePolicy"] == "Retain"


def test_what_every_revision_needs_stays_as_the_first_deploy_made_it(sample: Template, first: Template) -> None:
    """Roles, their policies and the log group: a first revision's grants must not go with it."""
    for kind in ("AWS::IAM::Role", "AWS::IAM::Policy", "AWS::Logs::LogGroup"):
        assert sample.of_type(kind) == first.of_type(kind)


@pytest.mark.parametrize(("said", "is_first"), [("sample", True), ("other,sample", True), ("other", False)])
def test_one_service_can_have_its_first_deploy_while_others_are_live(
    tmp_path: Path, said: str, *, is_first: bool
) -> None:
    """A service that was not named keeps its count."""
    build(str(tmp_path), {"settings": str(TEMPLATE), "first-deploy": said}).synth()

    service = read(tmp_path)["Landfall-Service-sample"].only("AWS::ECS::Service")
    assert ("DesiredCount" in service) is is_first


def test_names_are_those_that_the_settings_give(sample: Template, first: Template) -> None:
    """Landfall finds the service by them."""
    (container,) = first.only("AWS::ECS::TaskDefinition")["ContainerDefinitions"]
    roles = {role["RoleName"] for role in sample.of_type("AWS::IAM::Role").values()}

    assert sample.only("AWS::ECS::Cluster")["ClusterName"] == "landfall-sample"
    assert sample.only("AWS::ECS::Service")["ServiceName"] == "sample"
    assert container["Name"] == "app"
    assert container["Image"] == "ACCOUNT.dkr.ecr.REGION.amazonaws.com/landfall/sample:bootstrap"
    assert roles == {"landfall-sample-task", "landfall-sample-execution"}
    assert sample.only("AWS::Logs::LogGroup")["LogGroupName"] == "/landfall/sample"
    assert sample.only("AWS::ElasticLoadBalancingV2::LoadBalancer")["Name"] == "landfall-sample"


def test_the_service_itself_may_do_nothing_on_aws(sample: Template) -> None:
    """Its execution role pulls its own image and writes its own logs."""
    (execution,) = (r for r in sample.of_type("AWS::IAM::Role") if "ExecutionRole" in r)
    (task,) = (r for r in sample.of_type("AWS::IAM::Role") if "TaskRole" in r)
    actions = {a for s in sample.statements_of(execution) for a in many(s["Action"])}

    assert not sample.statements_of(task)
    assert actions == {
        "ecr:BatchCheckLayerAvailability",
        "ecr:GetDownloadUrlForLayer",
        "ecr:BatchGetImage",
        "ecr:GetAuthorizationToken",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
    }
