"""What the app costs by the month while nothing happens, computed from its templates: `python -m stacks.cost`.

Only what is paid for being there. What grows with use (requests, builds, storage, logs, traces, metrics, traffic, load
balancer capacity units, key rotations) is not in it; docs/deploying.md names it. Free tiers are not taken off.
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
"""When the list prices below were written down. What holds is what AWS's pages say."""

PRICES: Mapping[str, tuple[float, str]] = {
    "key": (1.00, "aws.amazon.com/kms/pricing: a customer managed key, by the month"),
    "alarm": (0.10, "aws.amazon.com/cloudwatch/pricing: a metric that a standard alarm watches, by the month"),
    "dashboard": (3.00, "aws.amazon.com/cloudwatch/pricing: a custom dashboard, by the month"),
    "balancer": (
        0.0225 * HOURS,
        "aws.amazon.com/elasticloadbalancing/pricing: an Application Load Balancer, $0.0225 an hour",
    ),
    "address": (0.005 * HOURS, "aws.amazon.com/vpc/pricing: a public IPv4 address, $0.005 an hour"),
    "vcpu": (0.04048 * HOURS, "aws.amazon.com/fargate/pricing: a vCPU, Linux/x86, $0.04048 an hour"),
    "vcpu arm64": (0.03238 * HOURS, "aws.amazon.com/fargate/pricing: a vCPU, Linux/ARM, $0.03238 an hour"),
    "gb": (0.004445 * HOURS, "aws.amazon.com/fargate/pricing: a GB of memory, Linux/x86, $0.004445 an hour"),
    "gb arm64": (0.00356 * HOURS, "aws.amazon.com/fargate/pricing: a GB of memory, Linux/ARM, $0.00356 an hour"),
}
"""US East (N. Virginia), dollars by the month; with the page that says so."""

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
"""Types that cost by use, or not at all. A test fails on one that is neither here nor priced."""


@dataclass(frozen=True)
class Line:
    """So many of a thing."""

    stack: str
    what: str
    count: float
    price: str

    @property
    def dollars(self) -> float:
        """Return what they cost by the month."""
        return self.count * PRICES[self.price][0]


def lines(templates: Mapping[str, Mapping[str, Any]], services: Sequence[Service]) -> list[Line]:
    """Return what is paid for. The tasks of a service are those that its first release starts."""
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
    """A task has a share of a CPU, memory, and a public address."""
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
    """Return it for people."""
    width = max(len(line.what) for line in found)
    rows = [f"{line.stack:28} {line.what:{width}} {line.count:6g} {line.dollars:9.2f}" for line in found]
    return "\n".join(
        (
            f"Dollars by the month while nothing happens: us-east-1, list prices of {DATED}, no free tier",
            *rows,
            f"{'in all':28} {'':{width}} {'':6} {sum(line.dollars for line in found):9.2f}",
            "",
            *(f"{name:10} {dollars:7.3f}  {source}" for name, (dollars, source) in PRICES.items()),
        )
    )


def main(settings_path: Path) -> None:
    """Print it for the services of a file."""
    with TemporaryDirectory() as directory:
        build(directory, {"settings": str(settings_path), "aws:cdk:disable-asset-staging": True}).synth()
        templates = {
            path.name.removesuffix(".template.json"): json.loads(path.read_text(encoding="utf-8"))
            for path in sorted(Path(directory).glob("*.template.json"))
        }
    print(table(lines(templates, settings_file.load(settings_path).services)))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "services.toml"))
