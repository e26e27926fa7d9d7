"""A stack as the CDK makes it: what the template says about health and draining must reach ECS."""

from __future__ import annotations

import json
from typing import Any

from local.emulator.local_aws import LocalAws
from tests.local.tiny import PORT, Registry
from tests.local.world import wait_for


def _template(image: str) -> dict[str, Any]:
    """A cluster, a load balancer with a target group, and a service behind it."""
    check = {"Command": ["CMD-SHELL", "python -c 'pass'"], "Interval": 1, "Retries": 2, "Timeout": 2}
    container = {
        "Name": "app",
        "Image": image,
        "PortMappings": [{"ContainerPort": PORT}],
        "Environment": [{"Name": "VERSION", "Value": "CFN"}],
        "HealthCheck": check,
        "DockerLabels": {"Org.Label": "Kept"},
    }
    task = {
        "Family": "stacked",
        "NetworkMode": "awsvpc",
        "RequiresCompatibilities": ["FARGATE"],
        "Cpu": "256",
        "Memory": "512",
        "ContainerDefinitions": [container],
        "RuntimePlatform": {"CpuArchitecture": "X86_64", "OperatingSystemFamily": "LINUX"},
    }
    group = {
        "Protocol": "HTTP",
        "Port": PORT,
        "TargetType": "ip",
        "VpcId": "vpc-1",
        "HealthCheckPath": "/health",
        "HealthCheckIntervalSeconds": 1,
        "HealthCheckTimeoutSeconds": 1,
        "TargetGroupAttributes": [{"Key": "deregistration_delay.timeout_seconds", "Value": "1"}],
    }
    service = {
        "ServiceName": "stacked",
        "Cluster": {"Ref": "Cluster"},
        "TaskDefinition": {"Ref": "Task"},
        "DesiredCount": 1,
        "LaunchType": "FARGATE",
        "HealthCheckGracePeriodSeconds": 7,
        "EnableExecuteCommand": True,
        "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": ["subnet-1"]}},
        "LoadBalancers": [{"ContainerName": "app", "ContainerPort": PORT, "TargetGroupArn": {"Ref": "Group"}}],
    }
    forward = [{"Type": "forward", "TargetGroupArn": {"Ref": "Group"}}]
    listener = {"LoadBalancerArn": {"Ref": "Alb"}, "Port": 80, "Protocol": "HTTP", "DefaultActions": forward}
    kinds = {
        "Cluster": ("ECS::Cluster", {"ClusterName": "stacked"}),
        "Alb": ("ElasticLoadBalancingV2::LoadBalancer", {"Name": "stacked"}),
        "Group": ("ElasticLoadBalancingV2::TargetGroup", group),
        "Listener": ("ElasticLoadBalancingV2::Listener", listener),
        "Task": ("ECS::TaskDefinition", task),
        "Service": ("ECS::Service", service),
    }
    resources = {name: {"Type": f"AWS::{kind}", "Properties": told} for name, (kind, told) in kinds.items()}
    resources["Service"]["DependsOn"] = "Listener"
    return {"Resources": resources}


def test_stack_reaches_ecs_whole(aws: LocalAws) -> None:
    """Health check, grace period and draining are what the release is judged by, so a deploy must not lose them."""
    ecs, cloudformation, elb = aws.client("ecs"), aws.client("cloudformation"), aws.client("elbv2")
    uri = aws.client("ecr").create_repository(repositoryName="stacked")["repository"]["repositoryUri"]
    digest = Registry(aws.endpoint).push("stacked", "v1")
    cloudformation.create_stack(StackName="stacked", TemplateBody=json.dumps(_template(f"{uri}@{digest}")))

    def describe() -> dict[str, Any]:
        found: list[dict[str, Any]] = ecs.describe_services(cluster="stacked", services=["stacked"])["services"]
        return found[0] if found else {}

    wait_for("the service", lambda: describe().get("deployments", [{}])[0].get("rolloutState") == "COMPLETED")
    service = describe()
    assert (service["healthCheckGracePeriodSeconds"], service["enableExecuteCommand"]) == (7, True)
    definition = ecs.describe_task_definition(taskDefinition="stacked")["taskDefinition"]
    container = definition["containerDefinitions"][0]
    assert container["healthCheck"]["interval"] == 1
    assert container["dockerLabels"] == {"Org.Label": "Kept"}
    assert definition["runtimePlatform"]["cpuArchitecture"] == "X86_64"
    arns = ecs.list_tasks(cluster="stacked", serviceName="stacked")["taskArns"]
    assert ecs.describe_tasks(cluster="stacked", tasks=arns)["tasks"][0]["healthStatus"] == "HEALTHY"
    group = service["loadBalancers"][0]["targetGroupArn"]
    balancers = elb.describe_target_groups(TargetGroupArns=[group])["TargetGroups"][0]["LoadBalancerArns"]
    assert elb.describe_load_balancers(LoadBalancerArns=balancers)["LoadBalancers"][0]["LoadBalancerName"] == "stacked"
    ecs.delete_service(cluster="stacked", service="stacked", force=True)
