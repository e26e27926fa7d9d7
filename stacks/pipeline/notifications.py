"""The SNS topic that notifies people."""

from __future__ import annotations

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

from stacks.pipeline.encryption import alarms_of_the_pipeline


class NotificationTopic(sns.Topic):
    """Encrypted, TLS only. The Notify step may publish by its role's policy, alarms by the topic's policy."""

    def __init__(self, scope: Construct, construct_id: str, key: kms.IKey) -> None:
        super().__init__(scope, construct_id, display_name="Landfall", master_key=key, enforce_ssl=True)
        self.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmsOfThePipeline",
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[self.topic_arn],
                conditions=alarms_of_the_pipeline(),
            )
        )
