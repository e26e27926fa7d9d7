"""Roles for GitHub Actions, one for each branch that releases, without a stored key.

This is a separate stack, since an account can have only one identity provider for a URL, and since the local AWS has
no identity providers.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from landfall import naming
from landfall.aws.dynamodb.ledger_indexes import INDEXES
from landfall.settings import Build, Service
from stacks.functions import grant_arns
from stacks.functions.policy_packing import give
from stacks.functions.scope import service_arn
from stacks.pipeline.pipeline_stack import PipelineStack

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"

EXISTING_PROVIDER = "github-provider-exists"
"""The CDK context key that is `true` if another project already added GitHub's provider to the account."""

LONGEST_JOB = cdk.Duration.hours(2)
"""Time for a build, and for a deployment that waits in the queue, fails late and is rolled back."""

LONGEST_DESCRIPTION = 1000
"""The longest description of a role (IAM API reference, CreateRole)."""


class GitHubStack(cdk.Stack):
    """GitHub's identity provider, and the roles."""

    def __init__(
        self, scope: Construct, construct_id: str, *, services: Sequence[Service], pipeline: PipelineStack
    ) -> None:
        super().__init__(scope, construct_id, description="Landfall: what GitHub Actions may do")
        exists = str(self.node.try_get_context(EXISTING_PROVIDER)).lower() == "true"
        provider = (
            None if exists else iam.CfnOIDCProvider(self, "GitHub", url=f"https://{ISSUER}", client_id_list=[AUDIENCE])
        )
        for subject, released in _by_subject(services).items():
            role = self._role(subject, released)
            if provider:
                role.node.add_dependency(provider)
            give(self, f"Rights-{role.node.id}", role, statements(self, released, pipeline))
            for service in released:
                cdk.CfnOutput(self, f"RoleArn-{service.name}", value=role.role_arn)

    def _role(self, subject: str, released: Sequence[Service]) -> iam.Role:
        names = ", ".join(service.name for service in released)
        provider = self.format_arn(service="iam", region="", resource="oidc-provider", resource_name=ISSUER)
        return iam.Role(
            self,
            "Role-" + subject.replace("/", "--").replace(":", "-"),
            description=textwrap.shorten(f"GitHub Actions, releasing {names}", LONGEST_DESCRIPTION, placeholder=" ..."),
            assumed_by=iam.WebIdentityPrincipal(
                provider, {"StringEquals": {f"{ISSUER}:aud": AUDIENCE, f"{ISSUER}:sub": subject}}
            ),
            max_session_duration=LONGEST_JOB,
        )


def _by_subject(services: Sequence[Service]) -> Mapping[str, list[Service]]:
    """Return the services that each branch releases."""
    found: dict[str, list[Service]] = {}
    for service in services:
        if service.build:
            found.setdefault(subject_of(service.build), []).append(service)
    return found


def subject_of(build: Build) -> str:
    """Return the `sub` claim of a workflow that runs on the branch, after a push or by hand.

    A job with an `environment` has another claim (GitHub docs, OpenID Connect reference), so it is not allowed.
    """
    return f"repo:{build.subject or build.source}:ref:refs/heads/{build.branch}"


def statements(stack: cdk.Stack, services: Sequence[Service], pipeline: PipelineStack) -> Iterator[iam.PolicyStatement]:
    """Yield the statements that a release from Actions needs, limited to these services' resources."""

    def allow(actions: str, *resources: str, **conditions: Mapping[str, object]) -> iam.PolicyStatement:
        return iam.PolicyStatement(actions=actions.split(), resources=list(resources), conditions=conditions)

    ledger = pipeline.ledger.table_arn
    via_dynamodb = {"kms:ViaService": f"dynamodb.{stack.region}.{stack.url_suffix}"}
    # Only the services' fronts may be started: each records who asks, and then starts its own service's build or
    # deployment. IAM could not restrict the deploying machine to a service, and StartBuild has overrides that no
    # condition can restrict.
    yield allow("states:StartExecution", *(grant_arns.front_arn(stack, service) for service in services))
    yield allow(
        "states:DescribeExecution", *(grant_arns.execution_arns(stack, naming.front(each.name)) for each in services)
    )
    yield allow("codebuild:BatchGetBuilds", *(grant_arns.build_project_arn(stack, service) for service in services))
    yield allow("ecr:DescribeImages", *(grant_arns.repository_arn(stack, service) for service in services))
    yield allow("states:DescribeExecution states:GetExecutionHistory", grant_arns.execution_arns(stack))
    # All records, not only those of these services: running deployments are looked up across all services.
    yield allow("dynamodb:BatchGetItem dynamodb:GetItem dynamodb:Query", ledger)
    yield allow("dynamodb:GetItem", pipeline.freezes.table_arn)
    # also those that are still to be made: IAM denies a query before DynamoDB says that there is no such index
    indexes = dict.fromkeys((*pipeline.ledger.indexes, *INDEXES))
    yield allow("dynamodb:Query", *(f"{ledger}/index/{name}" for name in indexes))
    yield allow("kms:Decrypt", pipeline.key.key_arn, StringEquals=via_dynamodb)
    yield allow("ecs:DescribeServices", *(service_arn(stack, service) for service in services))
    # A stack's ARN ends in an id that CloudFormation generates, so the prefix is limited to this stack's name.
    yield allow(
        "cloudformation:DescribeStacks",
        stack.format_arn(service="cloudformation", resource="stack", resource_name=f"{pipeline.stack_name}/*"),
    )
