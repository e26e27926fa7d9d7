"""The service's own stack: health checks, zero downtime, and who decides about a rollback."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest

from landfall.settings_file.read import load
from local.settings import TEMPLATE
from stacks import ROOT
from tests.stacks.template import Template, many
from tests.support.later import later

cdk, kms, tasks = later("aws_cdk"), later("aws_cdk.aws_kms"), later("stacks.service.task")


def settings_of(sample: Template) -> dict[str, Any]:
    """Return how the service is set up, as its function gets it."""
    return dict(json.loads(sample.only("Custom::LandfallService")["Settings"]))


def test_the_three_levels_of_health_checks_have_the_numbers_of_r10(sample: Template) -> None:
    """Container 30 s / 5 s / 3 after 60 s, target group 30 s / 5 s, 2 healthy and 3 unhealthy."""
    (container,) = sample.only("AWS::ECS::TaskDefinition")["ContainerDefinitions"]
    targets, alternate = sample.of_type("AWS::ElasticLoadBalancingV2::TargetGroup").values()

    assert {k: v for k, v in alternate.items() if k != "Name"} == {k: v for k, v in targets.items() if k != "Name"}
    check = container["HealthCheck"]
    assert (check["Interval"], check["Timeout"], check["Retries"], check["StartPeriod"]) == (30, 5, 3, 60)
    assert (targets["HealthCheckIntervalSeconds"], targets["HealthCheckTimeoutSeconds"]) == (30, 5)
    assert (targets["HealthyThresholdCount"], targets["UnhealthyThresholdCount"]) == (2, 3)
    assert targets["HealthCheckPath"] == "/api/v1/health/ready"
    assert targets["TargetType"] == "ip"
    assert settings_of(sample)["healthCheckGracePeriodSeconds"] == 60


def test_ecs_asks_the_container_what_docker_would(sample: Template) -> None:
    """ECS does not read an image's HEALTHCHECK, so it is said twice; this keeps the two the same."""
    dockerfile = (ROOT / "sample_service" / "Dockerfile").read_text(encoding="utf-8")
    (written,) = re.findall(r"^HEALTHCHECK [^\n]*\\\n\s+CMD (\[.*\])$", dockerfile, re.MULTILINE)
    (container,) = sample.only("AWS::ECS::TaskDefinition")["ContainerDefinitions"]

    assert container["HealthCheck"]["Command"] == ["CMD", *json.loads(written)]


def test_a_rollout_never_goes_below_the_desired_count(sample: Template) -> None:
    """The new tasks come before the old ones go."""
    deployment = settings_of(sample)["deploymentConfiguration"]

    assert (deployment["minimumHealthyPercent"], deployment["maximumPercent"]) == (100, 200)


def test_ecs_says_that_a_deployment_failed_and_leaves_the_rest_to_landfall(sample: Template) -> None:
    """Breaker on, its rollback off, and no deployment controller but ECS's own rolling one."""
    settings = settings_of(sample)

    assert settings["deploymentConfiguration"]["deploymentCircuitBreaker"] == {"enable": True, "rollback": False}
    assert "deploymentController" not in settings


def test_a_service_is_made_with_a_revision_of_its_own_template(sample: Template) -> None:
    """Nothing else says that the family must exist first; what a release may copy is kept."""
    ((task_id, task),) = ((k, r) for k, r in sample.resources.items() if r["Type"] == "AWS::ECS::TaskDefinition")
    service = sample.only("Custom::LandfallService")

    assert service["FirstTaskDefinition"] == f"<{task_id}>"
    assert task["Properties"]["Family"] == "landfall-sample"
    assert task["DeletionPolicy"] == task["UpdateReplacePolicy"] == "Retain"


def test_what_makes_the_service_may_do_that_to_this_service_alone(sample: Template) -> None:
    """And let ECS act in an account in which nobody has used it, and protect this one load balancer."""
    (role,) = (r for r in sample.of_type("AWS::IAM::Role") if r.startswith("OwnRole"))
    logs, *rights = sample.statements_of(role)
    own = "arn:aws:ecs:REGION:ACCOUNT:service/landfall-sample/sample"

    assert logs["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert [(many(s["Action"]), s["Resource"], s.get("Condition")) for s in rights] == [
        (
            [f"ecs:{verb}Service" for verb in ("Create", "Update", "Delete")]
            + ["ecs:DescribeServices", "ecs:ListServiceDeployments"],
            own,
            None,
        ),
        (["ecs:TagResource"], own, {"StringEquals": {"ecs:CreateAction": "CreateService"}}),
        (
            ["elasticloadbalancing:ModifyLoadBalancerAttributes"],
            "arn:aws:elasticloadbalancing:REGION:ACCOUNT:loadbalancer/app/landfall-sample/*",
            None,
        ),
        (["elasticloadbalancing:DescribeRules"], "*", None),
        (
            ["iam:CreateServiceLinkedRole"],
            "arn:aws:iam::ACCOUNT:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
            {"StringLike": {"iam:AWSServiceName": "ecs.amazonaws.com"}},
        ),
    ]


@pytest.mark.parametrize(
    ("platform", "architecture"), [(None, "X86_64"), ("linux/amd64", "X86_64"), ("linux/arm64", "ARM64")]
)
def test_the_first_revision_runs_on_what_its_images_are_built_for(
    platform: Literal["linux/amd64", "linux/arm64"] | None, architecture: str
) -> None:
    """Else the first release of an arm64 image would be copied onto a machine that can't run it."""
    (service,) = load(TEMPLATE).services
    built = replace(service.build, platform=platform) if service.build and platform else None
    stack = cdk.Stack(cdk.App(analytics_reporting=False), "S")
    assert service.stack
    key = kms.Key.from_key_arn(stack, "Key", "arn:aws:kms:us-east-1:123456789012:key/k")
    surroundings = tasks.TaskSurroundings(stack, service, key)
    tasks.FirstTask(stack, "Task", replace(service, build=built), service.stack, surroundings)
    task = Template(stack.node.root.synth().get_stack_by_name("S").template).only("AWS::ECS::TaskDefinition")

    assert task["RuntimePlatform"]["CpuArchitecture"] == architecture


def test_names_are_those_that_the_settings_give(sample: Template) -> None:
    """Landfall finds the service by them."""
    (container,) = sample.only("AWS::ECS::TaskDefinition")["ContainerDefinitions"]
    roles = {role["RoleName"] for role in sample.of_type("AWS::IAM::Role").values() if "RoleName" in role}

    assert sample.only("AWS::ECS::Cluster")["ClusterName"] == "landfall-sample"
    assert sample.only("Custom::LandfallService")["ServiceName"] == "sample"
    assert container["Name"] == "app"
    assert container["Image"] == "ACCOUNT.dkr.ecr.REGION.amazonaws.com/landfall/sample:bootstrap"
    assert roles == {"landfall-sample-task", "landfall-sample-execution"}
    assert sample.under("AWS::Logs::LogGroup", "Surroundings")["LogGroupName"] == "/landfall/sample"
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


def test_the_function_that_makes_the_service_holds_its_handler(assembly: Path, sample: Template) -> None:
    """Else no answer ever reaches CloudFormation, and a deploy of the stack waits for an hour."""
    (function,) = (f for f in sample.of_type("AWS::Lambda::Function").values() if "own_service" in f["Handler"])
    module = Path(*function["Handler"].split(".")[:-1]).with_suffix(".py")
    assert (assembly / f"asset.{Path(function['Code']['S3Key']).stem}" / module).is_file()
