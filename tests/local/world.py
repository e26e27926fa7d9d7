"""A load-balanced ECS service on the local AWS, and the questions that the tests ask of it."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from local.emulator.local_aws import LocalAws
from tests.local.tiny import PORT, Registry

CLUSTER = "c"
NUMBERS = itertools.count(1)
Record = dict[str, Any]


def wait_for(what: str, true: Callable[[], Any], seconds: float = 120) -> Any:
    """Poll until something is true, and return it."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := true():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {what}")


class World:
    """One service of its own with a load balancer, target group and repository of its own."""

    def __init__(self, aws: LocalAws, *, name: str = "", delay: int = 1, kind: str = "application") -> None:
        self.aws = aws
        self.name = name or f"s{next(NUMBERS)}"
        self.ecs, self.ecr = aws.client("ecs"), aws.client("ecr")
        # AWS allows an interval of 5 s at least, and so does botocore; the tests can't wait that long.
        self.elb = aws.client("elbv2", parameter_validation=False)
        self.registry = Registry(aws.endpoint)
        self.repository = self.ecr.create_repository(repositoryName=self.name)["repository"]["repositoryUri"]
        protocol = "TCP" if kind == "network" else "HTTP"
        balancer = self.elb.create_load_balancer(Name=self.name, Type=kind)["LoadBalancers"][0]
        self.balancer: str = balancer["LoadBalancerArn"]
        self.host: str = balancer["DNSName"]
        self.group: str = self.elb.create_target_group(
            Name=self.name,
            Protocol=protocol,
            Port=PORT,
            VpcId="vpc-1",
            TargetType="ip",
            HealthCheckProtocol="HTTP",
            HealthCheckPath="/health",
            HealthCheckIntervalSeconds=1,
            HealthCheckTimeoutSeconds=1,
            HealthyThresholdCount=2,
            UnhealthyThresholdCount=2,
        )["TargetGroups"][0]["TargetGroupArn"]
        attributes = [{"Key": "deregistration_delay.timeout_seconds", "Value": str(delay)}]
        self.elb.modify_target_group_attributes(TargetGroupArn=self.group, Attributes=attributes)
        self.listener = self.elb.create_listener(
            LoadBalancerArn=self.balancer,
            Protocol=protocol,
            Port=80,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": self.group}],
        )["Listeners"][0]["ListenerArn"]

    def image(self, tag: str | None = None, **env: str) -> str:
        """Push an image; its reference by digest."""
        return f"{self.repository}@{self.registry.push(self.name, tag, **env)}"

    def revision(self, image: str, health: list[str] | None = None, **extra: Any) -> str:
        """Register a task definition for an image."""
        container: Record = {"name": "app", "image": image, "portMappings": [{"containerPort": PORT}]}
        if health:
            container["healthCheck"] = {"command": health, "interval": 1, "timeout": 2, "retries": 2}
        reply = self.ecs.register_task_definition(
            family=self.name,
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            cpu="256",
            memory="512",
            containerDefinitions=[container],
            **extra,
        )
        return str(reply["taskDefinition"]["taskDefinitionArn"])

    def create(self, revision: str, count: int = 2, **more: Any) -> None:
        """Create the service."""
        self.ecs.create_service(
            cluster=CLUSTER,
            serviceName=self.name,
            taskDefinition=revision,
            desiredCount=count,
            launchType="FARGATE",
            networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
            loadBalancers=[{"targetGroupArn": self.group, "containerName": "app", "containerPort": PORT}],
            **more,
        )

    def update(self, **change: Any) -> Record:
        """UpdateService; the service it returns."""
        reply: Record = self.ecs.update_service(cluster=CLUSTER, service=self.name, **change)["service"]
        return reply

    def service(self) -> Record:
        """DescribeServices."""
        reply: Record = self.ecs.describe_services(cluster=CLUSTER, services=[self.name])["services"][0]
        return reply

    def primary(self) -> Record:
        """The service's primary deployment."""
        first: Record = self.service()["deployments"][0]
        return first

    def settled(self, revision: str) -> Record:
        """Wait until the primary deployment is this revision's and completed, and return it."""

        def landed() -> Record | None:
            primary = self.primary()
            done = primary["taskDefinition"] == revision and primary["rolloutState"] == "COMPLETED"
            return primary if done else None

        found: Record = wait_for(f"{revision} completed", landed)
        return found

    def tasks(self, status: str = "RUNNING") -> list[Record]:
        """The service's tasks of a desired status, described."""
        arns = self.ecs.list_tasks(cluster=CLUSTER, serviceName=self.name, desiredStatus=status)["taskArns"]
        found: list[Record] = self.ecs.describe_tasks(cluster=CLUSTER, tasks=arns)["tasks"] if arns else []
        return found

    def healths(self) -> list[Record]:
        """The target health descriptions, simplified."""
        told = self.elb.describe_target_health(TargetGroupArn=self.group)["TargetHealthDescriptions"]
        return [{**each["TargetHealth"], "Id": each["Target"]["Id"]} for each in told]

    def get(self, path: str = "/") -> tuple[int, str]:
        """One request through the load balancer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.aws.port, timeout=5)
        try:
            connection.request("GET", path, headers={"Host": self.host})
            reply = connection.getresponse()
            return reply.status, reply.read().decode()
        finally:
            connection.close()

    def remove(self) -> None:
        """Delete the service, so that its tasks don't burden the other tests."""
        with contextlib.suppress(ClientError):  # a test that never created it
            self.ecs.delete_service(cluster=CLUSTER, service=self.name, force=True)
