"""The pipeline's keys: one encrypts, one signs.

There is only one encryption key, since a key costs by the month; conditions say who may use it for what. Roles of this
account get access by their own policies (the key policy delegates to IAM). AWS services that act on their own are named
here.
"""

from __future__ import annotations

from aws_cdk import Aws, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from landfall.naming import FRONT
from stacks.names import ALARM_PREFIX, BUILD_WATCH, LOGS, MACHINE, MACHINE_LOGS

_DATA_KEY = ["kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"]
_USE = ["kms:Decrypt", *_DATA_KEY]


class PipelineKey(kms.Key):
    """Encrypts ledger, reports, notifications, dead letters and logs, including those of services with our stacks."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(
            scope,
            construct_id,
            description="Landfall: ledger, reports, notifications, dead letters and logs",
            enable_key_rotation=True,
            # Without its key a retained ledger can't be read.
            removal_policy=RemovalPolicy.RETAIN,
        )
        for statement in (_logs(), _alarms(), _events()):
            self.add_to_resource_policy(statement)


class SigningKey(kms.Key):
    """Signs what the ledger records of each deployment's end.

    It is a P-256 key; signatures can be verified everywhere with its public key. KMS never rotates such a key
    (developer guide, rotating keys). A deleted key can't be made again, so it outlives its stack.
    """

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(
            scope,
            construct_id,
            description="Landfall: signs the records of deployments",
            key_spec=kms.KeySpec.ECC_NIST_P256,
            key_usage=kms.KeyUsage.SIGN_VERIFY,
            removal_policy=RemovalPolicy.RETAIN,
        )

    def used_only_by(self, role: iam.IRole) -> None:
        """Deny its use to everybody except one role, even if their own policies allow it."""
        self.add_to_resource_policy(
            iam.PolicyStatement(
                sid="OnlyTheStepThatClosesSigns",
                effect=iam.Effect.DENY,
                principals=[iam.AnyPrincipal()],
                actions=["kms:Sign"],
                resources=["*"],
                conditions={"ArnNotEquals": {"aws:PrincipalArn": role.role_arn}},
            )
        )


def _logs() -> iam.PolicyStatement:
    """Allow CloudWatch Logs, for the log groups of the pipeline, the builds and services with our stack.

    The statement names prefixes, not services: a service that was removed from services.toml still writes logs, and if
    they can't be encrypted, the service may block (ECS developer guide, awslogs, blocking mode).
    """
    prefix = f"arn:{Aws.PARTITION}:logs:{Aws.REGION}:{Aws.ACCOUNT_ID}:log-group:"
    groups = [f"{LOGS}/*", *(f"{MACHINE_LOGS}/{name}" for name in (MACHINE, BUILD_WATCH, f"{FRONT}*"))]
    return iam.PolicyStatement(
        sid="LogGroupsOfThePipeline",
        principals=[iam.ServicePrincipal(f"logs.{Aws.REGION}.{Aws.URL_SUFFIX}")],
        # the wildcards of the CloudWatch Logs user guide (encrypt log data), as single actions for a symmetric key
        actions=["kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", *_DATA_KEY, "kms:DescribeKey"],
        resources=["*"],
        conditions={
            "ArnLike": {
                "kms:EncryptionContext:aws:logs:arn": [f"{prefix}{group}" for group in groups],
            }
        },
    )


def _alarms() -> iam.PolicyStatement:
    """Allow CloudWatch alarms, which publish to the encrypted topic on their own."""
    return iam.PolicyStatement(
        sid="AlarmsPublishToTheTopic",
        principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
        actions=_USE,
        resources=["*"],
        conditions=alarms_of_the_pipeline(),
    )


def _events() -> iam.PolicyStatement:
    """Allow EventBridge, which sends dead letters to the encrypted queue on its own.

    It has no aws:SourceArn or aws:SourceAccount: AWS does not support them in the key policy when EventBridge delivers
    to an encrypted topic (SNS developer guide, key management), and says nothing about queues. Losing a dead letter
    silently would be worse than a key that EventBridge may use. The queue policy says which rule may send.
    """
    return iam.PolicyStatement(
        sid="EventBridgeSendsDeadLetters",
        principals=[iam.ServicePrincipal("events.amazonaws.com")],
        actions=_USE,
        resources=["*"],
    )


def alarms_of_the_pipeline() -> dict[str, dict[str, str]]:
    """Return the conditions that allow only this pipeline's alarms."""
    return {
        "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
        "ArnLike": {
            "aws:SourceArn": f"arn:{Aws.PARTITION}:cloudwatch:{Aws.REGION}:{Aws.ACCOUNT_ID}:alarm:{ALARM_PREFIX}*"
        },
    }
