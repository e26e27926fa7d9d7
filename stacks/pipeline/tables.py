"""The ledger, with one item per deployment, and the locks and freezes, with one item per service."""

from __future__ import annotations

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from constructs import Construct

from landfall.aws.ledger import INDEX_EXECUTION, INDEX_UNFINISHED

BY_SHA = "by_sha"
"""The index for the question "when was this commit deployed?"."""

EXPIRES = "expires_at"
"""The attribute by which DynamoDB deletes recorded requests (recorded_requests.py). A table has only one."""


class PipelineTable(dynamodb.Table):
    """A table that outlives its stack and has point-in-time recovery."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        key: kms.IKey,
        sort_key: dynamodb.Attribute | None = None,
        expires_by: str | None = None,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            partition_key=_text("service"),
            sort_key=sort_key,
            time_to_live_attribute=expires_by,
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
            encryption_key=key,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=True,
            removal_policy=RemovalPolicy.RETAIN,
        )


class LedgerTable(PipelineTable):
    """Partition key `service`, sort key `deployment_id`, which begins with a time."""

    def __init__(self, scope: Construct, construct_id: str, key: kms.IKey) -> None:
        # Only requests have that attribute: a record of a deployment is kept for ever.
        super().__init__(scope, construct_id, key, sort_key=_text("deployment_id"), expires_by=EXPIRES)
        self.add_global_secondary_index(index_name=BY_SHA, partition_key=_text("service"), sort_key=_text("git_sha"))
        # Both only say which records exist; the records themselves are then read consistently.
        self.add_global_secondary_index(
            index_name=INDEX_EXECUTION,
            partition_key=_text("execution_arn"),
            projection_type=dynamodb.ProjectionType.KEYS_ONLY,
        )
        self.add_global_secondary_index(
            index_name=INDEX_UNFINISHED,
            partition_key=_text("unfinished"),
            sort_key=_text("deployment_id"),
            projection_type=dynamodb.ProjectionType.KEYS_ONLY,
        )


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
