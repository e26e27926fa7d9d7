"""The report bucket: what was seen and decided, kept so that nobody can quietly change it."""

from __future__ import annotations

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

KEPT_DAYS = 365
"""Object Lock holds each report that long. Governance mode: a mistake can still be undone by someone entitled to."""


class ReportBucket(s3.Bucket):
    """Holds `{service}/{deployment id}/…`."""

    def __init__(self, scope: Construct, construct_id: str, key: kms.IKey) -> None:
        super().__init__(
            scope,
            construct_id,
            encryption=s3.BucketEncryption.KMS,
            encryption_key=key,
            bucket_key_enabled=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            versioned=True,
            object_lock_enabled=True,
            object_lock_default_retention=s3.ObjectLockRetention.governance(Duration.days(KEPT_DAYS)),
            server_access_logs_bucket=_access_logs(scope),
            removal_policy=RemovalPolicy.RETAIN,
        )


def _access_logs(scope: Construct) -> s3.Bucket:
    """Who read or wrote a report. SSE-S3, since S3 can't deliver access logs to a bucket under a customer's key."""
    return s3.Bucket(
        scope,
        "ReportAccessLogs",
        encryption=s3.BucketEncryption.S3_MANAGED,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        enforce_ssl=True,
        minimum_tls_version=1.2,
        lifecycle_rules=[s3.LifecycleRule(expiration=Duration.days(KEPT_DAYS))],
        removal_policy=RemovalPolicy.RETAIN,
    )
