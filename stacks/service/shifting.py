"""What ECS needs to shift a service's traffic between two target groups: its role, its strategy and its pauses."""

from __future__ import annotations

from typing import Any

from aws_cdk import aws_iam as iam
from constructs import Construct

from landfall.settings import Service, ServiceStack
from landfall.settings.strategy import SHIFT, SHIFTING, STAGES, Strategy
from stacks.names import shifting_role
from stacks.service.load_balancer import LoadBalancer

POLICY = "AmazonECSInfrastructureRolePolicyForLoadBalancers"
"""AWS's managed policy for this role (ECS Developer Guide, "Amazon ECS infrastructure IAM role for load balancers")."""
_BREAKER = {"enable": True, "rollback": True}
"""ECS may go back by itself here: its old tasks still run and get the traffic, and Landfall proves them."""


class Shifting(Construct):
    """The role with which ECS changes the rules of the load balancer, and the property of the custom resource.

    Rules and pauses are in no template. The function of the service makes them (handlers/traffic_shift.py).
    """

    def __init__(
        self, scope: Construct, service: Service, stack: ServiceStack, load_balancer: LoadBalancer, strategy: Strategy
    ) -> None:
        super().__init__(scope, "Shifting")
        self.role = iam.Role(
            self,
            "Role",
            role_name=shifting_role(service),  # a fixed name, since the right to pass it is written before it exists
            assumed_by=iam.ServicePrincipal("ecs.amazonaws.com"),
            description=f"ECS shifts the traffic of {service.name} between two target groups",
            managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(POLICY)],
        )
        self.settings = {
            "configuration": configuration(stack),
            "hooks": hooks(stack, strategy),
            "groups": [load_balancer.targets.target_group_arn, load_balancer.alternate.target_group_arn],
            "listener": load_balancer.listener.listener_arn,
            "role": self.role.role_arn,
            "headers": dict(strategy.test_headers),
        }


def configuration(stack: ServiceStack) -> dict[str, Any]:
    """Return the part of `deploymentConfiguration` that says how ECS shifts the traffic."""
    name = stack.strategy.upper()
    how: dict[str, Any] = {"strategy": name, "bakeTimeInMinutes": 0, "deploymentCircuitBreaker": _BREAKER}
    if stack.strategy == "canary":
        minutes = stack.canary_bake_minutes
        how["canaryConfiguration"] = {"canaryPercent": stack.canary_percent, "canaryBakeTimeInMinutes": minutes}
    if stack.strategy == "linear":
        minutes = stack.step_bake_minutes
        how["linearConfiguration"] = {"stepPercent": stack.step_percent, "stepBakeTimeInMinutes": minutes}
    return how


def hooks(stack: ServiceStack, strategy: Strategy) -> list[dict[str, Any]]:
    """Return a pause for each gate. If Landfall does not come back in time, ECS rolls the deployment back."""
    gates = [gate for gate in strategy.gates if gate != SHIFT or stack.strategy.upper() in SHIFTING]
    timeout = {"timeoutInMinutes": stack.pause_minutes, "action": "ROLLBACK"}
    return [
        {"targetType": "PAUSE", "lifecycleStages": [STAGES[gate]], "timeoutConfiguration": timeout} for gate in gates
    ]
