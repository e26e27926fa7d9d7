"""The pipeline's keys: one that encrypts, and one that signs.

One that encrypts, since a key costs by the month: who may use it for what is told apart by conditions instead. Roles of
this account are let in by their own policies (the key policy delegates to IAM); AWS services that act on their own are
named here.
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
    """Encrypts ledger, reports, notifications, dead letters and logs, those of services of our own stacks too."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(
            scope,
            construct_id,
            description="Landfall: ledger, reports, notifications, dead letters and logs",
            enable_key_rotation=True,
            # Without its key a retained ledger is noise.
            removal_policy=RemovalPolicy.RETAIN,
        )
        for statement in (_logs(), _alarms(), _events()):
            self.add_to_resource_policy(statement)


class SigningKey(kms.Key):
    """Signs what the ledger records of each deployment's end.

    Of P-256, whose public key verifies anywhere. KMS never rotates such a key (developer guide, rotating keys), and one
    that is gone can't be made again: it outlives its stack.
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
        """Deny its use to everybody but one role, whatever their own policies allow."""
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
    """CloudWatch Logs, for the log groups of the pipeline, of the builds and of services that have our stack.

    By what their names begin with, whichever services there are: a service that has left services.toml writes logs
    still, and one whose logs can't be encrypted may stand still (ECS developer guide, awslogs, blocking mode).
    """
    prefix = f"arn:{Aws.PARTITION}:logs:{Aws.REGION}:{Aws.ACCOUNT_ID}:log-group:"
    groups = [f"{LOGS}/*", *(f"{MACHINE_LOGS}/{name}" for name in (MACHINE, BUILD_WATCH, f"{FRONT}*"))]
    return iam.PolicyStatement(
        sid="LogGroupsOfThePipeline",
        principals=[iam.ServicePrincipal(f"logs.{Aws.REGION}.{Aws.URL_SUFFIX}")],
        # the families of the CloudWatch Logs user guide (encrypt log data), by their members for a symmetric key
        actions=["kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", *_DATA_KEY, "kms:DescribeKey"],
        resources=["*"],
        conditions={
            "ArnLike": {
                "kms:EncryptionContext:aws:logs:arn": [f"{prefix}{group}" for group in groups],
            }
        },
    )


def _alarms() -> iam.PolicyStatement:
    """CloudWatch alarms, which publish to the encrypted topic on their own."""
    return iam.PolicyStatement(
        sid="AlarmsPublishToTheTopic",
        principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
        actions=_USE,
        resources=["*"],
        conditions=alarms_of_the_pipeline(),
    )


def _events() -> iam.PolicyStatement:
    """EventBridge, which sends dead letters to the encrypted queue on its own.

    No aws:SourceArn or aws:SourceAccount here: AWS does not support them in the key policy when EventBridge delivers to
    an encrypted topic (SNS developer guide, key management), and promises nothing else for queues. A dead letter lost
    in silence would be worse than a key that EventBridge may use; which rule may send, the queue policy says.
    """
    return iam.PolicyStatement(
        sid="EventBridgeSendsDeadLetters",
        principals=[iam.ServicePrincipal("events.amazonaws.com")],
        actions=_USE,
        resources=["*"],
    )


def alarms_of_the_pipeline() -> dict[str, dict[str, str]]:
    """Return the conditions that let in this pipeline's alarms and no others."""
    return {
        "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
        "ArnLike": {
            "aws:SourceArn": f"arn:{Aws.PARTITION}:cloudwatch:{Aws.REGION}:{Aws.ACCOUNT_ID}:alarm:{ALARM_PREFIX}*"
        },
    }
