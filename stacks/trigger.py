"""What starts a deployment without a person: an image pushed to a configured repository."""

from __future__ import annotations

from aws_cdk import Aws, Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from landfall.settings import Settings

LATEST_START = Duration.hours(1)
"""A push that could not start a deployment for that long is left to a person: nobody expects a release hours later."""


class PushTrigger(Construct):
    """The rule, the role it starts the machine with, and the queue for events that could not be delivered."""

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: Settings, machine: sfn.IStateMachine, key: kms.IKey
    ) -> None:
        super().__init__(scope, construct_id)
        self.dead_letters = sqs.Queue(
            self,
            "DeadLetters",
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=key,
            enforce_ssl=True,
            retention_period=Duration.days(14),
        )
        rule = events.Rule(
            self,
            "Rule",
            description="An image was pushed to a repository that Landfall deploys from",
            event_pattern=pattern(settings),
        )
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("events.amazonaws.com"))
        rule.add_target(
            targets.SfnStateMachine(
                machine,
                role=role,
                dead_letter_queue=self.dead_letters,
                max_event_age=LATEST_START,
                retry_attempts=185,  # EventBridge's own maximum: the age above is the bound
            )
        )


def pattern(settings: Settings) -> events.EventPattern:
    """Return the pattern of pushes that concern this account's configured repositories.

    Tags are left to the Resolve step: an untagged child of an index, or a tag that is no commit, is ignored there and
    logged, where a pattern would drop it without a word.
    """
    return events.EventPattern(
        source=["aws.ecr"],
        account=[Aws.ACCOUNT_ID],
        detail_type=["ECR Image Action"],
        detail={
            "action-type": ["PUSH"],
            "result": ["SUCCESS"],
            "repository-name": [service.repository for service in settings.services],
        },
    )
