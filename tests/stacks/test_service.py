"""The service's own stack: health checks, zero downtime, and who decides about a rollback."""

from __future__ import annotations

import json
import re

from stacks import ROOT
from tests.stacks.conftest import CERTIFICATE
from tests.stacks.template import Template, many


def test_the_three_levels_of_health_checks_have_the_numbers_of_r10(sample: Template) -> None:
    """Container 30 s / 5 s / 3 after 60 s, target group 30 s / 5 s, 2 healthy and 3 unhealthy."""
    (container,) = sample.only("AWS::ECS::TaskDefinition")["ContainerDefinitions"]
    targets = sample.only("AWS::ElasticLoadBalancingV2::TargetGroup")
    service = sample.only("AWS::ECS::Service")

    check = container["HealthCheck"]
    assert (check["Interval"], check["Timeout"], check["Retries"], check["StartPeriod"]) == (30, 5, 3, 60)
    assert (targets["HealthCheckIntervalSeconds"], targets["HealthCheckTimeoutSeconds"]) == (30, 5)
    assert (targets["HealthyThresholdCount"], targets["UnhealthyThresholdCount"]) == (2, 3)
    assert targets["HealthCheckPath"] == "/api/v1/health/ready"
    assert targets["TargetType"] == "ip"
    assert service["HealthCheckGracePeriodSeconds"] == 60


def test_ecs_asks_the_container_what_docker_would(sample: Template) -> None:
    """ECS does not read an image's HEALTHCHECK, so it is said twice; this keeps the two the same."""
    dockerfile = (ROOT / "sample_service" / "Dockerfile").read_text(encoding="utf-8")
    (written,) = re.findall(r"^HEALTHCHECK [^\n]*\\\n\s+CMD (\[.*\])$", dockerfile, re.MULTILINE)
    (container,) = sample.only("AWS::ECS::TaskDefinition")["ContainerDefinitions"]

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
    """The bare family resolves to the live revision; without DesiredCount the count stays as it is."""
    (resource,) = (r for r in sample.resources.values() if r["Type"] == "AWS::ECS::Service")
    ((task_id, task),) = sample.of_type("AWS::ECS::TaskDefinition").items()

    assert resource["Properties"]["TaskDefinition"] == task["Family"] == "landfall-sample"
    assert task_id in resource["DependsOn"]  # nothing else says that the family must exist first
    assert "DesiredCount" not in resource["Properties"]


def test_the_first_deploy_starts_no_tasks(variant: dict[str, Template]) -> None:
    """There is no image yet: a task would fail until the deploy gave up."""
    assert variant["Landfall-Service-sample"].only("AWS::ECS::Service")["DesiredCount"] == 0


def test_names_are_those_that_the_settings_give(sample: Template) -> None:
    """Landfall finds the service by them."""
    (container,) = sample.only("AWS::ECS::TaskDefinition")["ContainerDefinitions"]
    roles = {role["RoleName"] for role in sample.of_type("AWS::IAM::Role").values()}

    assert sample.only("AWS::ECS::Cluster")["ClusterName"] == "landfall-sample"
    assert sample.only("AWS::ECS::Service")["ServiceName"] == "sample"
    assert container["Name"] == "app"
    assert container["Image"] == "ACCOUNT.dkr.ecr.REGION.amazonaws.com/landfall/sample:bootstrap"
    assert roles == {"landfall-sample-task", "landfall-sample-execution"}
    assert sample.only("AWS::Logs::LogGroup")["LogGroupName"] == "/landfall/sample"
    assert sample.only("AWS::ElasticLoadBalancingV2::LoadBalancer")["Name"] == "landfall-sample"


def test_the_network_costs_nothing_by_the_hour_and_lets_in_the_balancer_alone(sample: Template) -> None:
    """Two public subnets without NAT; rules inside the groups, for the emulator knows no others."""
    kinds = {resource["Type"] for resource in sample.resources.values()}
    (tasks,) = (g for g in sample.of_type("AWS::EC2::SecurityGroup").values() if "tasks: " in g["GroupDescription"])
    (entry,) = tasks["SecurityGroupIngress"]

    assert len(sample.of_type("AWS::EC2::Subnet")) == 2
    assert not kinds & {"AWS::EC2::NatGateway", "AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress"}
    assert entry["SourceSecurityGroupId"].startswith("<NetworkBalancerGroup")
    assert (entry["FromPort"], entry["ToPort"]) == (8080, 8080)
    network = sample.only("AWS::ECS::Service")["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert network["AssignPublicIp"] == "ENABLED"


def test_with_a_certificate_plain_http_only_redirects(variant: dict[str, Template]) -> None:
    """And HTTPS takes TLS 1.2 and newer."""
    template = variant["Landfall-Service-sample"]
    http = template.named("AWS::ElasticLoadBalancingV2::Listener", "Protocol", "HTTP")
    https = template.named("AWS::ElasticLoadBalancingV2::Listener", "Protocol", "HTTPS")
    (action,) = http["DefaultActions"]

    assert action["RedirectConfig"] == {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}
    assert (http["Port"], https["Port"]) == (80, 443)
    assert https["Certificates"] == [{"CertificateArn": CERTIFICATE}]
    assert https["SslPolicy"].startswith("ELBSecurityPolicy-TLS13-1-2-Res")
    assert [a["Type"] for a in https["DefaultActions"]] == ["forward"]


def test_without_one_http_is_served(sample: Template) -> None:
    """One listener, which forwards."""
    listener = sample.only("AWS::ElasticLoadBalancingV2::Listener")

    assert (listener["Port"], listener["Protocol"]) == (80, "HTTP")
    assert [a["Type"] for a in listener["DefaultActions"]] == ["forward"]


def test_the_service_itself_may_do_nothing_on_aws(sample: Template) -> None:
    """Its execution role pulls its own image and writes its own logs."""
    (execution,) = (r for r in sample.of_type("AWS::IAM::Role") if r.startswith("ExecutionRole"))
    (task,) = (r for r in sample.of_type("AWS::IAM::Role") if r.startswith("TaskRole"))
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
