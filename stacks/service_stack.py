"""A service on ECS behind a load balancer, for those who have none yet (and for the demo)."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from constructs import Construct
from landfall.settings import Service, ServiceStack

from stacks.load_balancer import LoadBalancer
from stacks.network import PORT, Network
from stacks.task import FirstTask

FIRST_DEPLOY = "first-deploy"
"""CDK context that says the service does not exist yet: it is made with no tasks, for there is no image to run."""


class EcsServiceStack(cdk.Stack):
    """Network, load balancer, cluster and service of one service."""

    def __init__(self, scope: Construct, construct_id: str, *, service: Service, stack: ServiceStack) -> None:
        super().__init__(scope, construct_id, description=f"Landfall: the service {service.name}")
        network = Network(self, "Network", https=stack.certificate_arn is not None)
        load_balancer = LoadBalancer(self, "LoadBalancer", service=service, stack=stack, network=network)
        cluster = ecs.Cluster(
            self,
            "Cluster",
            cluster_name=service.cluster,
            vpc=network.vpc,
            container_insights_v2=ecs.ContainerInsights.ENABLED,
        )
        task = FirstTask(self, "Task", service=service, stack=stack)
        fargate = self._service(service, stack, cluster, task, network)
        load_balancer.targets.add_target(
            fargate.load_balancer_target(container_name=service.container, container_port=PORT)
        )
        # ECS refuses a service whose target group has no listener yet.
        fargate.node.add_dependency(load_balancer)
        cdk.CfnOutput(self, "LoadBalancerDnsName", value=load_balancer.balancer.load_balancer_dns_name)
        cdk.CfnOutput(self, "TargetGroupArn", value=load_balancer.targets.target_group_arn)

    def _service(
        self, service: Service, stack: ServiceStack, cluster: ecs.Cluster, task: FirstTask, network: Network
    ) -> ecs.FargateService:
        return ecs.FargateService(
            self,
            "Service",
            service_name=service.service,
            cluster=cluster,
            task_definition=task,
            # The bare family, which ECS resolves to its newest ACTIVE revision. Releases register revisions that
            # CloudFormation knows nothing of, and those that were rolled back are deregistered: should a later
            # `cdk deploy` have to update the service, it names the live release and starts no other.
            task_definition_revision=ecs.TaskDefinitionRevision.LATEST,
            desired_count=0 if self._is_first_deploy() else None,
            min_healthy_percent=100,
            max_healthy_percent=200,
            # The breaker marks a deployment FAILED after a few tasks that would not run, long before the timeout, and
            # Landfall reads that. It does not roll back: ECS would return to its last completed deployment without
            # proof, under the eyes of a pipeline that knows the baseline and proves it.
            circuit_breaker=ecs.DeploymentCircuitBreaker(enable=True, rollback=False),
            health_check_grace_period=cdk.Duration.seconds(stack.start_period_seconds),
            assign_public_ip=True,
            security_groups=[network.task_group],
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC),
        )

    def _is_first_deploy(self) -> bool:
        """Whether to say DesiredCount: 0.

        Left out, a new service gets 1 task, which would wait for an image that is not there; an existing service keeps
        the count it has (AWS::ECS::Service: "omitted from the operation"). So it is said once, and never again: a
        later `cdk deploy` that said 0 would switch a live service off.
        """
        return str(self.node.try_get_context(FIRST_DEPLOY)).lower() == "true"
