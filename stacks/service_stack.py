"""A service on ECS behind a load balancer, for those who have none yet (and for the demo)."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_kms as kms
from constructs import Construct

from landfall.settings import Service, ServiceStack
from stacks.load_balancer import LoadBalancer
from stacks.names import family
from stacks.network import PORT, Network
from stacks.task import FirstTask, TaskSurroundings

FIRST_DEPLOY = "first-deploy"
"""CDK context that says which services do not exist yet: their names with commas between them, or `true` for all.

They are made with no tasks, for there is no image yet. To say it of a service that is live would switch it off.
"""


class EcsServiceStack(cdk.Stack):
    """Network, load balancer, cluster and service of one service."""

    def __init__(
        self, scope: Construct, construct_id: str, *, service: Service, stack: ServiceStack, key: kms.IKey
    ) -> None:
        super().__init__(scope, construct_id, description=f"Landfall: the service {service.name}")
        network = Network(self, "Network", https=stack.certificate_arn is not None)
        first = self._is_first_deploy(service.name)
        load_balancer = LoadBalancer(self, "LoadBalancer", service=service, stack=stack, network=network, first=first)
        surroundings = TaskSurroundings(self, service, key)
        fargate = self._fargate(service, stack, network, load_balancer, desired_count=0 if first else None)
        # ECS refuses a service whose target group has no listener yet; and tasks need their roles' policies.
        fargate.node.add_dependency(load_balancer, surroundings)
        if first:
            fargate.node.add_dependency(FirstTask(self, "Task", service, stack, surroundings))
        cdk.CfnOutput(self, "LoadBalancerDnsName", value=load_balancer.balancer.load_balancer_dns_name)
        cdk.CfnOutput(self, "TargetGroupArn", value=load_balancer.targets.target_group_arn)

    def _fargate(
        self,
        service: Service,
        stack: ServiceStack,
        network: Network,
        load_balancer: LoadBalancer,
        desired_count: int | None,
    ) -> ecs.CfnService:
        return ecs.CfnService(
            self,
            "Service",
            service_name=service.service,
            cluster=self._cluster(service, network).cluster_name,
            launch_type="FARGATE",
            # The bare family, which ECS resolves to its newest ACTIVE revision. Releases register revisions that
            # CloudFormation knows nothing of, and those that were rolled back are deregistered: should a later
            # `cdk deploy` have to update the service, it names the live release and starts no other.
            task_definition=family(service),
            # Said once and never again. Left out, a new service gets 1 task, and an existing one keeps the count it
            # has ("omitted from the operation", AWS::ECS::Service); a 0 would switch a live service off.
            desired_count=desired_count,
            deployment_configuration=_deployment(),
            health_check_grace_period_seconds=stack.start_period_seconds,
            load_balancers=[
                ecs.CfnService.LoadBalancerProperty(
                    container_name=service.container,
                    container_port=PORT,
                    target_group_arn=load_balancer.targets.target_group_arn,
                )
            ],
            network_configuration=_public(network),
        )

    def _cluster(self, service: Service, network: Network) -> ecs.Cluster:
        return ecs.Cluster(
            self,
            "Cluster",
            cluster_name=service.cluster,
            vpc=network.vpc,
            container_insights_v2=ecs.ContainerInsights.ENABLED,
        )

    def _is_first_deploy(self, name: str) -> bool:
        said = str(self.node.try_get_context(FIRST_DEPLOY) or "").lower()
        return said == "true" or name in said.split(",")


def _deployment() -> ecs.CfnService.DeploymentConfigurationProperty:
    return ecs.CfnService.DeploymentConfigurationProperty(
        minimum_healthy_percent=100,
        maximum_percent=200,
        # The breaker marks a deployment FAILED after a few tasks that would not run, long before the timeout, and
        # Landfall reads that. It does not roll back: ECS would return to its last completed deployment without proof,
        # under the eyes of a pipeline that knows the baseline and proves it.
        deployment_circuit_breaker=ecs.CfnService.DeploymentCircuitBreakerProperty(enable=True, rollback=False),
    )


def _public(network: Network) -> ecs.CfnService.NetworkConfigurationProperty:
    return ecs.CfnService.NetworkConfigurationProperty(
        awsvpc_configuration=ecs.CfnService.AwsVpcConfigurationProperty(
            subnets=network.vpc.select_subnets(subnet_type=ec2.SubnetType.PUBLIC).subnet_ids,
            security_groups=[network.task_group.security_group_id],
            assign_public_ip="ENABLED",
        )
    )
