"""The ledger, with one item per deployment, and the locks and freezes, with one item per service."""

from __future__ import annotations

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from constructs import Construct

from landfall.aws.dynamodb.ledger_indexes import (
    INDEX_COMMIT,
    INDEX_EXECUTION,
    INDEX_IMAGE,
    INDEX_OUTCOME,
    INDEX_SHA,
    INDEX_UNFINISHED,
    INDEXES,
)
from landfall.errors import SettingsError

LEDGER_INDEXES = "ledger_indexes"
"""The CDK context key with the step on which the ledger's indexes are. Without it, the last one."""
STEPS: tuple[tuple[str, ...], ...] = (
    (INDEX_SHA, INDEX_EXECUTION, INDEX_UNFINISHED),
    (INDEX_SHA, INDEX_EXECUTION, INDEX_UNFINISHED, INDEX_IMAGE),
    (INDEX_SHA, INDEX_EXECUTION, INDEX_UNFINISHED, INDEX_IMAGE, INDEX_COMMIT),
    (INDEX_SHA, INDEX_EXECUTION, INDEX_UNFINISHED, INDEX_IMAGE, INDEX_COMMIT, INDEX_OUTCOME),
    (INDEX_EXECUTION, INDEX_UNFINISHED, INDEX_IMAGE, INDEX_COMMIT, INDEX_OUTCOME),
)
"""The indexes of each step, from those of a ledger from before there were steps.

CloudFormation makes or removes one index of a table in one update (user guide, AWS::DynamoDB::Table). A new table gets
the last step at once.
"""

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
        self.indexes = step(self.node.try_get_context(LEDGER_INDEXES))
        for name in self.indexes:
            self._index(name)

    def _index(self, name: str) -> None:
        """Add an index. It only says which records exist; the records themselves are then read consistently."""
        keys_only, everything = dynamodb.ProjectionType.KEYS_ONLY, dynamodb.ProjectionType.ALL
        partition, *sort = INDEXES[INDEX_COMMIT if name == INDEX_SHA else name]
        self.add_global_secondary_index(
            index_name=name,
            partition_key=_text(partition),
            sort_key=_text(sort[0]) if sort else None,
            projection_type=everything if name == INDEX_SHA else keys_only,
        )


def step(chosen: object) -> tuple[str, ...]:
    """Return the indexes of a step by its number, those of the last step without one. Raises SettingsError."""
    if chosen is None:
        return STEPS[-1]
    if str(chosen) not in map(str, range(len(STEPS))):
        last = len(STEPS) - 1
        raise SettingsError(
            f"context {LEDGER_INDEXES} is {chosen!r}; give a number from 0 to {last}, or leave it out for all indexes"
        )
    return STEPS[int(str(chosen))]


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
