"""The ECS service of our stack. It is a custom resource, so that no template sets a live service's count or revision.

docs/decisions/0037-the-service-of-our-own-stack-is-made.md has the reasons.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from landfall.settings import Service
from stacks import ROOT
from stacks.functions.scope import service_arn
from stacks.functions.step_function import ARCHITECTURE, LOGS_KEPT, RUNTIME
from stacks.names import STEP_LOGS, balancer
from stacks.service.handlers.own_service import IDENTITY, SERVICE

TIMEOUT = cdk.Duration.minutes(4)
"""Time for the service-linked role of a new account (a minute), for a deletion (a minute), and a margin."""
ANSWER_WITHIN = cdk.Duration.minutes(10)
"""How long CloudFormation waits for an answer: long enough for two retries of Lambda. The default is an hour."""
ROLE_OF_ECS = "role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"


class OwnService(Construct):
    """The function, its role, which everything else waits for, and the service."""

    def __init__(self, scope: cdk.Stack, service: Service, key: kms.IKey) -> None:
        super().__init__(scope, "Own")
        self._service = service
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description=f"Makes the ECS service {service.name}, and changes how it is set up",
        )
        log_group = logs.LogGroup(
            self,
            "Logs",
            log_group_name=f"{STEP_LOGS}/own-service/{service.name}",
            retention=LOGS_KEPT,
            encryption_key=key,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        log_group.grant_write(role)
        for statement in _rights(scope, service):
            role.add_to_policy(statement)
        self._role = role
        self._function = lambda_.Function(
            self,
            "Function",
            description=f"Makes the ECS service {service.name}; never counts it, never releases to it",
            runtime=RUNTIME,
            architecture=ARCHITECTURE,
            code=lambda_.Code.from_asset(
                str(ROOT / "stacks" / "service"), exclude=["*", "!handlers", "!handlers/*.py"]
            ),
            handler="handlers.own_service.handler",
            role=role,
            log_group=log_group,
            timeout=TIMEOUT,
        )
        self.identity = self._resource(scope, "Identity", IDENTITY, {**_identity(service), "Stack": scope.stack_name})

    def made(self, scope: cdk.Stack, settings: Mapping[str, Any], others: Mapping[str, str]) -> cdk.CustomResource:
        """Return the service. `settings` are the parameters of CreateService and UpdateService."""
        known = {name: _identity(self._service)[name] for name in ("Cluster", "ServiceName")}
        as_text = scope.to_json_string(dict(settings))  # as JSON text, since a custom resource turns numbers into texts
        return self._resource(
            scope, "Service", SERVICE, {**known, **others, "Stack": scope.stack_name, "Settings": as_text}
        )

    def _resource(
        self, scope: cdk.Stack, construct_id: str, kind: str, properties: Mapping[str, str]
    ) -> cdk.CustomResource:
        resource = cdk.CustomResource(
            scope,
            construct_id,
            resource_type=kind,
            service_token=self._function.function_arn,
            service_timeout=ANSWER_WITHIN,
            properties=dict(properties),
        )
        resource.node.add_dependency(self._role)
        return resource


def _identity(service: Service) -> dict[str, str]:
    return {
        "Cluster": service.cluster,
        "ServiceName": service.service,
        "Container": service.container,
        "Repository": service.repository,
        "TaskRole": service.task_role,
        "ExecutionRole": service.execution_role,
    }


def _rights(stack: cdk.Stack, service: Service) -> list[iam.PolicyStatement]:
    own = service_arn(stack, service)
    # By its name, since it is created after this role.
    kind = "net" if service.stack and service.stack.load_balancer == "network" else "app"
    balanced = stack.format_arn(
        service="elasticloadbalancing", resource=f"loadbalancer/{kind}", resource_name=f"{balancer(service)}/*"
    )
    actions = [f"ecs:{verb}Service" for verb in ("Create", "Update", "Delete")]
    protect = iam.PolicyStatement(actions=["elasticloadbalancing:ModifyLoadBalancerAttributes"], resources=[balanced])
    return [
        iam.PolicyStatement(actions=[*actions, "ecs:DescribeServices"], resources=[own]),
        iam.PolicyStatement(
            actions=["ecs:TagResource"],
            resources=[own],
            conditions={"StringEquals": {"ecs:CreateAction": "CreateService"}},
        ),
        *([] if service.worker else [protect]),
        # An account that never used ECS has no such role. Allowed only for ECS.
        iam.PolicyStatement(
            actions=["iam:CreateServiceLinkedRole"],
            resources=[f"arn:{stack.partition}:iam::{stack.account}:{ROLE_OF_ECS}"],
            conditions={"StringLike": {"iam:AWSServiceName": "ecs.amazonaws.com"}},
        ),
    ]
