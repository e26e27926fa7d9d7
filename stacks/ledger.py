"""The ledger: one item per deployment."""

from __future__ import annotations

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from constructs import Construct

BY_SHA = "by_sha"
"""The index that answers "when was this commit deployed?"."""


class LedgerTable(dynamodb.Table):
    """Partition key `service`, sort key `deployment_id`, which begins with a time."""

    def __init__(self, scope: Construct, construct_id: str, key: kms.IKey) -> None:
        service = dynamodb.Attribute(name="service", type=dynamodb.AttributeType.STRING)
        super().__init__(
            scope,
            construct_id,
            partition_key=service,
            sort_key=dynamodb.Attribute(name="deployment_id", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
            encryption_key=key,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=True,
            removal_policy=RemovalPolicy.RETAIN,
        )
        self.add_global_secondary_index(
            index_name=BY_SHA,
            partition_key=service,
            sort_key=dynamodb.Attribute(name="git_sha", type=dynamodb.AttributeType.STRING),
        )
