"""A Network Load Balancer for the service, if the settings ask for one."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from constructs import Construct

from landfall.settings import Service, ServiceStack
from stacks.names import balancer
from stacks.service.network import PORT, Network


class NetworkLoadBalancer(Construct):
    """With a certificate it serves TLS on 443 and nothing on 80, since it can't redirect; without one TCP on 80.

    Its own health checks are over HTTP, since a task that accepts a connection need not be ready.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, service: Service, stack: ServiceStack, network: Network
    ) -> None:
        super().__init__(scope, construct_id)
        assert network.balancer_group is not None  # noqa: S101  only a worker has none
        self.balancer = elbv2.NetworkLoadBalancer(
            self,
            "Balancer",
            load_balancer_name=balancer(service),
            vpc=network.vpc,
            security_groups=[network.balancer_group],
            internet_facing=True,
            # Off, as by default, a zone that lost its tasks would get no requests until clients look its name up again.
            cross_zone_enabled=True,
        )
        self.targets = elbv2.NetworkTargetGroup(
            self,
            "Targets",
            target_group_name=balancer(service),
            vpc=network.vpc,
            port=PORT,
            protocol=elbv2.Protocol.TCP,
            target_type=elbv2.TargetType.IP,
            preserve_client_ip=False,  # otherwise the tasks' security group would have to allow every client
            deregistration_delay=Duration.seconds(stack.deregistration_delay_seconds),
            health_check=elbv2.HealthCheck(
                protocol=elbv2.Protocol.HTTP,
                path=service.smoke.ready_path,
                healthy_http_codes="200",
                interval=Duration.seconds(stack.health_check_interval_seconds),
                timeout=Duration.seconds(stack.health_check_timeout_seconds),
                healthy_threshold_count=stack.healthy_threshold,
                unhealthy_threshold_count=stack.unhealthy_threshold,
            ),
        )
        secure = stack.certificate_arn is not None
        self.balancer.add_listener(
            "Https" if secure else "Http",
            port=443 if secure else 80,
            protocol=elbv2.Protocol.TLS if secure else elbv2.Protocol.TCP,
            certificates=[elbv2.ListenerCertificate.from_arn(stack.certificate_arn)] if stack.certificate_arn else None,
            ssl_policy=elbv2.SslPolicy.TLS13_12_RES_PQ if secure else None,  # as for an Application Load Balancer
            default_target_groups=[self.targets],
        )
