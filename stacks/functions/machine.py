"""A state machine, made from its file in statemachine/ and its steps' functions."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from stacks.functions.step_function import LOGS_KEPT
from stacks.names import MACHINE_LOGS


class StandardMachine(sfn.StateMachine):
    """Standard, not Express: it may run longer than five minutes, and its history is part of the evidence."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        definition: sfn.DefinitionBody,
        functions: Mapping[str, lambda_.Function],
        key: kms.IKey,
        substitutions: Mapping[str, str] | None = None,
    ) -> None:
        log_group = logs.LogGroup(
            scope,
            f"{construct_id}Logs",
            log_group_name=f"{MACHINE_LOGS}/{name}",
            retention=LOGS_KEPT,
            encryption_key=key,
            removal_policy=RemovalPolicy.DESTROY,
        )
        super().__init__(
            scope,
            construct_id,
            state_machine_name=name,
            state_machine_type=sfn.StateMachineType.STANDARD,
            definition_body=definition,
            # An execution keeps its definition, which names versions, and so it also keeps the code and the settings.
            definition_substitutions={
                **{f"{step}Arn": f.current_version.function_arn for step, f in functions.items()},
                **(substitutions or {}),
            },
            logs=sfn.LogOptions(destination=log_group, level=sfn.LogLevel.ALL, include_execution_data=False),
            tracing_enabled=True,
        )
        if functions:
            # The role may call every version, not only those in this definition: a role has no versions, and executions
            # that began before this deploy call the versions in their own definition. The bare name is for executions
            # that began when definitions did not name versions yet.
            self.add_to_role_policy(
                iam.PolicyStatement(
                    actions=["lambda:InvokeFunction"],
                    resources=[arn for f in functions.values() for arn in (f.function_arn, f"{f.function_arn}:*")],
                )
            )
