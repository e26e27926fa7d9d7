"""Computes the app's monthly fixed costs from its templates: `python -m stacks.cost`.

It counts only fixed costs. Costs that grow with use (requests, builds, storage, logs, traces, metrics, traffic, load
balancer capacity units, key rotations) are not included; docs/deploying.md lists them. Free tiers are not subtracted.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from landfall.settings import Build, Service
from landfall.settings_file import read as settings_file
from stacks import ROOT
from stacks.app import build

HOURS = 730
DATED = "2026-11"
"""The date of the list prices below. AWS's pages have the current ones."""

PRICES: Mapping[str, tuple[float, str]] = {
    "key": (1.00, "aws.amazon.com/kms/pricing: a customer managed key, by the month"),
    "alarm": (0.10, "aws.amazon.com/cloudwatch/pricing: a metric that a standard alarm watches, by the month"),
    "dashboard": (3.00, "aws.amazon.com/cloudwatch/pricing: a custom dashboard, by the month"),
    "balancer": (
        0.0225 * HOURS,
        "aws.amazon.com/elasticloadbalancing/pricing: a load balancer of either kind, $0.0225 an hour",
    ),
    "address": (0.005 * HOURS, "aws.amazon.com/vpc/pricing: a public IPv4 address, $0.005 an hour"),
    "vcpu": (0.04048 * HOURS, "aws.amazon.com/fargate/pricing: a vCPU, Linux/x86, $0.04048 an hour"),
    "vcpu arm64": (0.03238 * HOURS, "aws.amazon.com/fargate/pricing: a vCPU, Linux/ARM, $0.03238 an hour"),
    "gb": (0.004445 * HOURS, "aws.amazon.com/fargate/pricing: a GB of memory, Linux/x86, $0.004445 an hour"),
    "gb arm64": (0.00356 * HOURS, "aws.amazon.com/fargate/pricing: a GB of memory, Linux/ARM, $0.00356 an hour"),
}
"""Prices in US East (N. Virginia), in dollars a month, with the source page."""

BY_USE = frozenset(
    {
        "AWS::CodeBuild::Project",
        "AWS::DynamoDB::Table",
        "AWS::EC2::InternetGateway",
        "AWS::EC2::Route",
        "AWS::EC2::RouteTable",
        "AWS::EC2::SecurityGroup",
        "AWS::EC2::Subnet",
        "AWS::EC2::SubnetRouteTableAssociation",
        "AWS::EC2::VPC",
        "AWS::EC2::VPCGatewayAttachment",
        "AWS::ECR::Repository",
        "AWS::ECS::Cluster",
        "AWS::ECS::TaskDefinition",
        "AWS::ElasticLoadBalancingV2::Listener",
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        "AWS::Events::EventBus",
        "AWS::Events::Rule",
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::OIDCProvider",
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
        "AWS::Lambda::Function",
        "AWS::Lambda::LayerVersion",
        "AWS::Lambda::Permission",
        "AWS::Lambda::Url",
        "AWS::Lambda::Version",
        "AWS::Logs::LogGroup",
        "AWS::S3::Bucket",
        "AWS::S3::BucketPolicy",
        "AWS::SNS::Topic",
        "AWS::SNS::TopicPolicy",
        "AWS::SQS::Queue",
        "AWS::SQS::QueuePolicy",
        "AWS::StepFunctions::StateMachine",
        "Custom::LandfallIdentity",
        "Custom::LandfallService",
    }
)
"""Resource types that cost by use, or nothing. A test fails on a type that is neither here nor priced."""


@dataclass(frozen=True)
class Line:
    """A line of the table: how many of a resource."""

    stack: str
    what: str
    count: float
    price: str

    @property
    def dollars(self) -> float:
        """Return the cost in dollars a month."""
        return self.count * PRICES[self.price][0]


def lines(templates: Mapping[str, Mapping[str, Any]], services: Sequence[Service]) -> list[Line]:
    """Return the resources that cost money. A service has the tasks that its first release starts."""
    found = [Line(stack, *each) for stack, template in templates.items() for each in _of(template)]
    for service in services:
        if service.stack:
            found += _tasks(service, templates[f"Landfall-Service-{service.name}"])
    return found


def _of(template: Mapping[str, Any]) -> Iterator[tuple[str, float, str]]:
    resources = list(template["Resources"].values())
    kinds = [resource["Type"] for resource in resources]
    watched = sum(
        max(1, sum("MetricStat" in each for each in resource["Properties"].get("Metrics", ())))
        for resource in resources
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    )
    zones = kinds.count("AWS::EC2::Subnet")
    yield from (
        line
        for line in (
            ("KMS keys", kinds.count("AWS::KMS::Key"), "key"),
            ("metrics under alarms", watched, "alarm"),
            ("dashboards", kinds.count("AWS::CloudWatch::Dashboard"), "dashboard"),
            ("load balancers", kinds.count("AWS::ElasticLoadBalancingV2::LoadBalancer"), "balancer"),
            ("addresses of the load balancer, one a zone", zones, "address"),
        )
        if line[1]
    )


def _tasks(service: Service, template: Mapping[str, Any]) -> list[Line]:
    """Return the lines of a service's tasks: CPU, memory, and public addresses."""
    stack, count = f"Landfall-Service-{service.name}", service.desired_count or 1
    (task,) = (r for r in template["Resources"].values() if r["Type"] == "AWS::ECS::TaskDefinition")
    arm = " arm64" if service.build and service.build.platform != Build.platform else ""
    cpu, memory = int(task["Properties"]["Cpu"]) / 1024, int(task["Properties"]["Memory"]) / 1024
    return [
        Line(stack, f"vCPUs of {count} tasks, once released", count * cpu, f"vcpu{arm}"),
        Line(stack, f"GB of {count} tasks, once released", count * memory, f"gb{arm}"),
        Line(stack, f"addresses of {count} tasks, once released", count, "address"),
    ]


def table(found: Sequence[Line]) -> str:
    """Return the table for people."""
    width = max(len(line.what) for line in found)
    rows = [f"{line.stack:28} {line.what:{width}} {line.count:6g} {line.dollars:9.2f}" for line in found]
    return "\n".join(
        (
            f"Fixed costs in dollars a month: us-east-1, list prices of {DATED}, no free tier",
            *rows,
            f"{'total':28} {'':{width}} {'':6} {sum(line.dollars for line in found):9.2f}",
            "",
            *(f"{name:10} {dollars:7.3f}  {source}" for name, (dollars, source) in PRICES.items()),
        )
    )


def main(settings_path: Path) -> None:
    """Print the table for the services of a file."""
    with TemporaryDirectory() as directory:
        build(directory, {"settings": str(settings_path), "aws:cdk:disable-asset-staging": True}).synth()
        templates = {
            path.name.removesuffix(".template.json"): json.loads(path.read_text(encoding="utf-8"))
            for path in sorted(Path(directory).glob("*.template.json"))
        }
    print(table(lines(templates, settings_file.load(settings_path).services)))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "services.toml"))
