"""The service's load balancer: its listeners, and its two target groups with their health checks."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from constructs import Construct

from landfall.settings import Service, ServiceStack
from stacks.names import alternate, balancer
from stacks.service.network import PORT, Network


class LoadBalancer(Construct):
    """With a certificate it serves HTTPS, and HTTP only redirects to it; without one it serves HTTP."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        service: Service,
        stack: ServiceStack,
        network: Network,
    ) -> None:
        super().__init__(scope, construct_id)
        assert network.balancer_group is not None  # noqa: S101  only a worker has none
        self.balancer = elbv2.ApplicationLoadBalancer(
            self,
            "Balancer",
            load_balancer_name=balancer(service),
            vpc=network.vpc,
            security_group=network.balancer_group,
            internet_facing=True,
            drop_invalid_header_fields=True,
            # Deletion protection is set with the service (handlers/ecs_service.py), since a first deploy that fails
            # must be able to delete its resources.
        )
        self.targets = self._group("Targets", balancer(service), service, stack, network)
        # A rolling service does not use it. It is here all the same, so that no change of the strategy, and no failed
        # deploy that is rolled back, deletes the group that has the traffic.
        self.alternate = self._group("Alternate", alternate(service), service, stack, network)
        forward = elbv2.ListenerAction.forward([self.targets])
        if stack.certificate_arn is None:
            self.listener = self._listener("Http", 80, forward)
        else:
            self._listener("Http", 80, elbv2.ListenerAction.redirect(protocol="HTTPS", port="443", permanent=True))
            self.listener = self._listener("Https", 443, forward, certificate_arn=stack.certificate_arn)
        # Its rules name both groups and go with it, so it is deleted before them.
        self.listener.node.add_dependency(self.alternate)

    def _group(
        self, construct_id: str, name: str, service: Service, stack: ServiceStack, network: Network
    ) -> elbv2.ApplicationTargetGroup:
        return elbv2.ApplicationTargetGroup(
            self,
            construct_id,
            target_group_name=name,
            vpc=network.vpc,
            port=PORT,
            protocol=elbv2.ApplicationProtocol.HTTP,
            target_type=elbv2.TargetType.IP,
            deregistration_delay=Duration.seconds(stack.deregistration_delay_seconds),
            health_check=elbv2.HealthCheck(
                path=service.smoke.ready_path,
                healthy_http_codes="200",
                interval=Duration.seconds(stack.health_check_interval_seconds),
                timeout=Duration.seconds(stack.health_check_timeout_seconds),
                healthy_threshold_count=stack.healthy_threshold,
                unhealthy_threshold_count=stack.unhealthy_threshold,
            ),
        )

    def _listener(
        self, construct_id: str, port: int, action: elbv2.ListenerAction, certificate_arn: str | None = None
    ) -> elbv2.ApplicationListener:
        secure = certificate_arn is not None
        return self.balancer.add_listener(
            construct_id,
            port=port,
            protocol=elbv2.ApplicationProtocol.HTTPS if secure else elbv2.ApplicationProtocol.HTTP,
            certificates=[elbv2.ListenerCertificate.from_arn(certificate_arn)] if certificate_arn else None,
            # TLS 1.2 and 1.3 with forward secrecy only.
            ssl_policy=elbv2.SslPolicy.TLS13_12_RES_PQ if secure else None,
            open=False,  # the network's security group decides who may connect
            default_action=action,
        )
