"""A service's front: the state machine that receives requests for releases.

It records who asks, then starts the build or deployment. Each service has one, since IAM policies can name the machine
to start but not its input: a person who may start this one can release only this service. It has no Lambda. Its role
allows exactly what its four tasks do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from landfall import naming
from landfall.intake import recorded_requests
from landfall.settings import Service
from stacks.functions import grant_arns
from stacks.functions.machine import StandardMachine
from statemachine.definition import Machine, file

OVERRIDES = (
    "artifacts",
    "artifacts.bucketOwnerAccess",
    "artifacts.encryptionDisabled",
    "artifacts.location",
    "autoRetryLimit",
    "cache",
    "cache.location",
    "cache.modes",
    "cache.type",
    "encryptionKey",
    "environment",
    "environment.certificate",
    "environment.computeType",
    "environment.environmentVariables",
    "environment.environmentVariables.name",
    "environment.environmentVariables.value",
    "environment.fleet.fleetArn",
    "environment.image",
    "environment.imagePullCredentialsType",
    "environment.privilegedMode",
    "environment.registryCredential",
    "environment.registryCredential.credential",
    "environment.registryCredential.credentialProvider",
    "environment.type",
    "logsConfig",
    "logsConfig.s3Logs",
    "logsConfig.s3Logs.bucketOwnerAccess",
    "logsConfig.s3Logs.encryptionDisabled",
    "logsConfig.s3Logs.location",
    "logsConfig.s3Logs.status",
    "secondaryArtifacts",
    "secondaryArtifacts.artifactIdentifier",
    "secondaryArtifacts.bucketOwnerAccess",
    "secondaryArtifacts.encryptionDisabled",
    "secondaryArtifacts.location",
    "secondarySources",
    "secondarySources.auth.resource",
    "secondarySources.auth.type",
    "secondarySources.buildStatusConfig.context",
    "secondarySources.buildStatusConfig.targetUrl",
    "secondarySources.buildspec",
    "secondarySources.insecureSsl",
    "secondarySources.location",
    "secondarySources.sourceIdentifier",
    "serviceRole",
    "source",
    "source.auth.resource",
    "source.auth.type",
    "source.buildStatusConfig.context",
    "source.buildStatusConfig.targetUrl",
    "source.buildspec",
    "source.insecureSsl",
    "source.location",
)
"""Every condition key of StartBuild (Service Authorization Reference, AWS CodeBuild), except those that repeat a key
for each identifier or name. A request has a key if it overrides that part of the project (CodeBuild user guide,
condition keys). So a request can choose the commit and nothing else."""

_SECONDS_KEPT = recorded_requests.KEPT_DAYS * 24 * 60 * 60
_UPON_TABLE = ("kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:DescribeKey")
_DATA_KEY = ("kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext")


class FrontMachine(StandardMachine):
    """Standard, not Express: a name can be used only once in 90 days, and the history says what was requested."""

    def __init__(
        self, scope: Construct, construct_id: str, *, service: Service, ledger: dynamodb.ITable, key: kms.IKey
    ) -> None:
        stack = cdk.Stack.of(scope)
        super().__init__(
            scope,
            construct_id,
            name=naming.front(service.name),
            # One asset for all fronts: a template with a hundred copies would be too large for CloudFormation.
            definition=sfn.DefinitionBody.from_file(str(file(Machine.ASK))),
            functions={},
            key=key,
            substitutions={
                "Service": service.name,
                "Partition": recorded_requests.partition(service.name),
                "LedgerName": ledger.table_name,
                "MachineArn": grant_arns.machine_arn(stack),
                "ProjectName": naming.build_project(service.name),
                "Builds": "yes" if service.build else "no",
                "KeptSeconds": str(_SECONDS_KEPT),
            },
        )
        for statement in statements(stack, service, ledger.table_arn, key.key_arn):
            self.add_to_role_policy(statement)


def statements(stack: cdk.Stack, service: Service, ledger: str, key: str) -> Sequence[iam.PolicyStatement]:
    """Return the statements for a front machine's tasks, each limited to this service's resources."""

    def allow(actions: Sequence[str], resource: str, **conditions: Mapping[str, object]) -> iam.PolicyStatement:
        return iam.PolicyStatement(actions=list(actions), resources=[resource], conditions=conditions)

    # ForAllValues is also true if a request has no such key, but PutItem and UpdateItem always have one (DynamoDB
    # developer guide, fine-grained access control)
    own = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [recorded_requests.partition(service.name)]}}
    via = {"StringEquals": {"kms:ViaService": f"dynamodb.{stack.region}.{stack.url_suffix}"}}
    needed = [
        allow(("dynamodb:PutItem", "dynamodb:UpdateItem"), ledger, **own),
        allow((*_UPON_TABLE, *_DATA_KEY), key, **via),
        allow(("states:StartExecution",), grant_arns.machine_arn(stack)),
    ]
    if service.build:
        as_set_up = {"Null": {f"codebuild:{name}": "true" for name in OVERRIDES}}
        needed.append(allow(("codebuild:StartBuild",), grant_arns.build_project_arn(stack, service), **as_set_up))
    return needed
