"""The service's network: public subnets in two zones, and nothing that costs by the hour."""

from __future__ import annotations

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

PORT = 8080
CIDR = "10.0.0.0/16"
_ANYWHERE = "0.0.0.0/0"


class Network(Construct):
    """VPC and security groups.

    There are no NAT gateways: tasks have public addresses to pull images and write logs, and their security group
    allows only the load balancer, which a `worker` does not have. Rules are written inside the groups, so that each
    group is in one place.
    """

    def __init__(self, scope: Construct, construct_id: str, *, https: bool, worker: bool = False) -> None:
        super().__init__(scope, construct_id)
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr(CIDR),
            max_azs=2,
            nat_gateways=0,
            subnet_configuration=[ec2.SubnetConfiguration(name="Public", subnet_type=ec2.SubnetType.PUBLIC)],
        )
        ports = (80, 443) if https else (80,)
        balancer = None if worker else self._balancer(ports)
        tasks = self._group(
            "TaskGroup",
            "The tasks: reached from the load balancer alone" if balancer else "The tasks: reached from nowhere",
            ingress=[_rule(PORT, source_security_group_id=balancer.attr_group_id)] if balancer else [],
            # Only HTTPS is needed to pull an image and write logs. DNS goes to the VPC's resolver, which no group
            # blocks.
            egress=[_egress(443, _ANYWHERE)],
        )
        # Immutable, since CDK would otherwise add rules as separate resources.
        self.balancer_group: ec2.ISecurityGroup | None = None
        if balancer:
            self.balancer_group = ec2.SecurityGroup.from_security_group_id(
                self, "Balancer", balancer.attr_group_id, mutable=False
            )
        self.task_group = ec2.SecurityGroup.from_security_group_id(self, "Tasks", tasks.attr_group_id, mutable=False)

    def _balancer(self, ports: tuple[int, ...]) -> ec2.CfnSecurityGroup:
        return self._group(
            "BalancerGroup",
            "The load balancer: reached from anywhere, reaches the tasks",
            ingress=[_rule(port, cidr_ip=_ANYWHERE) for port in ports],
            egress=[_egress(PORT, CIDR)],
        )

    def _group(
        self,
        construct_id: str,
        description: str,
        *,
        ingress: list[ec2.CfnSecurityGroup.IngressProperty],
        egress: list[ec2.CfnSecurityGroup.EgressProperty],
    ) -> ec2.CfnSecurityGroup:
        return ec2.CfnSecurityGroup(
            self,
            construct_id,
            group_description=description,
            vpc_id=self.vpc.vpc_id,
            security_group_ingress=ingress,
            security_group_egress=egress,
        )


def _rule(
    port: int, *, cidr_ip: str | None = None, source_security_group_id: str | None = None
) -> ec2.CfnSecurityGroup.IngressProperty:
    return ec2.CfnSecurityGroup.IngressProperty(
        ip_protocol="tcp",
        from_port=port,
        to_port=port,
        cidr_ip=cidr_ip,
        source_security_group_id=source_security_group_id,
    )


def _egress(port: int, cidr: str) -> ec2.CfnSecurityGroup.EgressProperty:
    return ec2.CfnSecurityGroup.EgressProperty(ip_protocol="tcp", from_port=port, to_port=port, cidr_ip=cidr)
