"""One step as a Lambda function, with its own role, log group and environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from landfall.runtime.environment import (
    ENV_BUS,
    ENV_FREEZES,
    ENV_LEDGER,
    ENV_LOCKS,
    ENV_MACHINE,
    ENV_MACHINES,
    ENV_REPORTS,
    ENV_SIGNING_KEY,
    ENV_TOPIC,
)
from landfall.settings import Vpc
from stacks.functions.grant_arns import statement
from stacks.functions.policy_packing import give
from stacks.functions.scope import Scope
from stacks.functions.steps_table import On, Step
from stacks.functions.vpc import put_inside
from stacks.names import STEP_LOGS

RUNTIME = lambda_.Runtime.PYTHON_3_13
ARCHITECTURE = lambda_.Architecture.ARM_64
MEMORY_MIB = 512
WHOLE_CPU_MIB = 1769
"""With this much memory a function has one whole CPU (Lambda developer guide, memory and computing power)."""
BRISK = 40
"""Above this many requests a second, a step that sends requests gets a whole CPU. Over TLS each takes about 5 ms of
CPU, and 512 MiB come with 0.29 of a CPU. With too little CPU, a service would seem slow."""
LOGS_KEPT = logs.RetentionDays.ONE_YEAR

KEPT = lambda_.VersionOptions(removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
"""The removal policy of a version that a machine names. It stays when a deploy removes it from the template, since
running executions keep their definition. Retire removes it later. A version from a failed deploy is removed with that
deploy. If it stayed, the next try would fail, since Lambda publishes no version if code and configuration have not
changed since the last one (Lambda API reference, PublishVersion)."""

VARIABLES = {
    On.LEDGER: ENV_LEDGER,
    On.WAKES: ENV_LEDGER,
    On.LOCKS: ENV_LOCKS,
    On.FREEZES: ENV_FREEZES,
    On.MACHINE: ENV_MACHINE,
    On.MACHINES: ENV_MACHINES,
    On.REPORTS: ENV_REPORTS,
    On.REPORT_NAMES: ENV_REPORTS,
    On.SIGNATURES: ENV_SIGNING_KEY,
    On.SIGNING_BEGUN: ENV_REPORTS,
    On.TOPIC: ENV_TOPIC,
    On.EVENT_BUS: ENV_BUS,
}
"""The environment variables of a step. It gets those of the resources that it has a grant on, and no others."""


@dataclass(frozen=True)
class Shared:
    """What all steps share."""

    code: lambda_.Code
    layer: lambda_.ILayerVersion
    key: kms.IKey
    scopes: Mapping[On, Scope]
    values: Mapping[On, str]
    vpc: Vpc | None = None
    requests_per_second: int = 0


class StepFunction(lambda_.Function):
    """The function of one row of the STEPS table."""

    def __init__(self, scope: Construct, step: Step, shared: Shared) -> None:
        role = iam.Role(
            scope,
            f"{step.id}Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description=f"What Landfall's step {step.id} may do",
        )
        log_group = logs.LogGroup(
            scope,
            f"{step.id}Logs",
            log_group_name=f"{STEP_LOGS}/{step.id}",
            retention=LOGS_KEPT,
            encryption_key=shared.key,
            # Only ledger and reports are evidence, and they are retained. A log group with a fixed name that outlived
            # its stack would block the next deploy.
            removal_policy=RemovalPolicy.DESTROY,
        )
        log_group.grant_write(role)
        granted = [statement(g, shared.scopes) for g in step.grants if shared.scopes[g.on].resources]
        give(scope, f"{step.id}Rights", role, granted)
        super().__init__(
            scope,
            step.id,
            current_version_options=KEPT,
            function_name=step.function_name,
            description=f"Landfall step {step.id}",
            runtime=RUNTIME,
            architecture=ARCHITECTURE,
            code=shared.code,
            handler=f"{step.module}.handler",
            layers=[shared.layer],
            role=role,
            log_group=log_group,
            tracing=lambda_.Tracing.ACTIVE,
            timeout=Duration.seconds(step.longest.total_seconds()),
            memory_size=WHOLE_CPU_MIB if step.asks_services and shared.requests_per_second > BRISK else MEMORY_MIB,
            environment={name: shared.values[on] for on, name in VARIABLES.items() if step.reaches(on)},
        )
        if step.asks_services and shared.vpc:
            # set in the template, since CDK's own way calls AWS at synth to find the network of the subnets
            made = cast(lambda_.CfnFunction, self.node.default_child)
            put_inside(made, role, step.function_name, shared.vpc)
