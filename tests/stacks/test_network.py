"""The service's network and load balancer: who reaches whom, and over what."""

from __future__ import annotations

import json

import pytest

from tests.stacks.template import CERTIFICATE, Template


def test_the_network_costs_nothing_by_the_hour_and_lets_in_the_balancer_alone(sample: Template) -> None:
    """Two public subnets without NAT; rules inside the groups, for the emulator knows no others."""
    kinds = {resource["Type"] for resource in sample.resources.values()}
    (tasks,) = (g for g in sample.of_type("AWS::EC2::SecurityGroup").values() if "tasks: " in g["GroupDescription"])
    (entry,) = tasks["SecurityGroupIngress"]

    assert len(sample.of_type("AWS::EC2::Subnet")) == 2
    assert not kinds & {"AWS::EC2::NatGateway", "AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress"}
    assert entry["SourceSecurityGroupId"].startswith("<NetworkBalancerGroup")
    assert (entry["FromPort"], entry["ToPort"]) == (8080, 8080)
    network = json.loads(sample.only("Custom::LandfallService")["Settings"])["networkConfiguration"]
    assert network["awsvpcConfiguration"]["assignPublicIp"] == "ENABLED"


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


@pytest.mark.parametrize(("secure", "port", "protocol"), [(True, 443, "TLS"), (False, 80, "TCP")])
def test_a_network_load_balancer_has_one_listener(
    of_network: dict[bool, Template], secure: bool, port: int, protocol: str
) -> None:
    """It can't redirect, so plain HTTP is served or refused. Its health checks ask for readiness all the same."""
    template = of_network[secure]
    listener = template.only("AWS::ElasticLoadBalancingV2::Listener")
    balancer = template.only("AWS::ElasticLoadBalancingV2::LoadBalancer")
    targets = template.only("AWS::ElasticLoadBalancingV2::TargetGroup")

    assert (listener["Port"], listener["Protocol"]) == (port, protocol)
    assert ("Certificates" in listener, "SslPolicy" in listener) == (secure, secure)
    assert (balancer["Type"], len(balancer["SecurityGroups"])) == ("network", 1)
    assert (targets["Protocol"], targets["TargetType"], targets["HealthCheckProtocol"]) == ("TCP", "ip", "HTTP")
    policies = json.dumps(list(template.of_type("AWS::IAM::Policy").values()))
    assert "loadbalancer/net/landfall-sample/*" in policies
    assert "loadbalancer/app/" not in policies
