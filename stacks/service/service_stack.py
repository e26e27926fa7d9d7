"""An ECS service behind a load balancer, or a worker, for users without a service, and for the demo."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_kms as kms
from constructs import Construct

from landfall.settings import Service, ServiceStack
from stacks.service.load_balancer import LoadBalancer
from stacks.service.network import PORT, Network
from stacks.service.network_load_balancer import NetworkLoadBalancer
from stacks.service.own_service import OwnService
from stacks.service.shifting import Shifting
from stacks.service.task import FirstTask, TaskSurroundings

AnyLoadBalancer = LoadBalancer | NetworkLoadBalancer


class EcsServiceStack(cdk.Stack):
    """Network, load balancer, cluster and ECS service of one service. A worker has no load balancer.

    First and later deploys have the same template.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, service: Service, stack: ServiceStack, key: kms.IKey
    ) -> None:
        super().__init__(scope, construct_id, description=f"Landfall: the service {service.name}")
        own = OwnService(self, service, key)
        network = Network(self, "Network", https=stack.certificate_arn is not None, worker=service.worker is not None)
        kind = NetworkLoadBalancer if stack.load_balancer == "network" else LoadBalancer
        load_balancer: AnyLoadBalancer | None = None
        if service.worker is None:
            load_balancer = kind(self, "LoadBalancer", service=service, stack=stack, network=network)
        shifting = _shifting(self, service, stack, load_balancer)
        surroundings = TaskSurroundings(self, service, key)
        cluster = self._cluster(service, network)
        first = FirstTask(self, "Task", service, stack, surroundings)
        made = own.made(
            self,
            settings(service, stack, network, load_balancer),
            {"FirstTaskDefinition": first.task_definition_arn, **_protected(load_balancer), **_shifted(self, shifting)},
        )
        # The service is created last, since ECS refuses it while its target group has no listener. So it is also
        # deleted first. If that is refused because it is live, everything that it needs stays.
        others = [each for each in (load_balancer, shifting) if each]
        for needed in (network, *others, surroundings, cluster, first):
            needed.node.add_dependency(own.identity)
            made.node.add_dependency(needed)
        if load_balancer:
            cdk.CfnOutput(self, "LoadBalancerDnsName", value=load_balancer.balancer.load_balancer_dns_name)
            cdk.CfnOutput(self, "TargetGroupArn", value=load_balancer.targets.target_group_arn)

    def _cluster(self, service: Service, network: Network) -> ecs.Cluster:
        return ecs.Cluster(
            self,
            "Cluster",
            cluster_name=service.cluster,
            vpc=network.vpc,
            container_insights_v2=ecs.ContainerInsights.ENABLED,
        )


def _shifting(
    scope: Construct, service: Service, stack: ServiceStack, load_balancer: AnyLoadBalancer | None
) -> Shifting | None:
    """Return what a service with a traffic shift needs; None for a rolling one (settings_file/stack_checks.py)."""
    if stack.strategy == "rolling" or service.strategy is None or not isinstance(load_balancer, LoadBalancer):
        return None
    return Shifting(scope, service, stack, load_balancer, service.strategy)


def _shifted(scope: cdk.Stack, shifting: Shifting | None) -> dict[str, str]:
    """Return the property that says how ECS shifts traffic."""
    return {"Shifting": scope.to_json_string(shifting.settings)} if shifting else {}


def _protected(load_balancer: AnyLoadBalancer | None) -> dict[str, str]:
    """Return the property that names the load balancer to protect from deletion."""
    return {"LoadBalancerArn": load_balancer.balancer.load_balancer_arn} if load_balancer else {}


def _balanced(service: Service, stack: ServiceStack, load_balancer: AnyLoadBalancer) -> dict[str, Any]:
    target_group = load_balancer.targets.target_group_arn
    behind = {"containerName": service.container, "containerPort": PORT, "targetGroupArn": target_group}
    return {"healthCheckGracePeriodSeconds": stack.start_period_seconds, "loadBalancers": [behind]}


def settings(
    service: Service, stack: ServiceStack, network: Network, load_balancer: AnyLoadBalancer | None
) -> dict[str, Any]:
    """Return the parameters of CreateService and UpdateService, without count and revision."""
    return {
        "deploymentConfiguration": {
            "minimumHealthyPercent": 100,
            "maximumPercent": 200,
            # The circuit breaker marks a deployment FAILED after a few tasks that did not run, long before the timeout,
            # and Landfall reads that. Its rollback is off: ECS would go back to its last completed deployment without
            # proof, while Landfall knows the baseline and proves it.
            "deploymentCircuitBreaker": {"enable": True, "rollback": False},
        },
        **(_balanced(service, stack, load_balancer) if load_balancer else {}),
        "networkConfiguration": {
            "awsvpcConfiguration": {
                "subnets": network.vpc.select_subnets(subnet_type=ec2.SubnetType.PUBLIC).subnet_ids,
                "securityGroups": [network.task_group.security_group_id],
                "assignPublicIp": "ENABLED",
            }
        },
    }
