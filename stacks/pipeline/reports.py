"""The report bucket. Object Lock and versions keep anybody from changing a report unnoticed."""

from __future__ import annotations

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from landfall.settings import Evidence

ACCESS_LOGS_DAYS = 365


class ReportBucket(s3.Bucket):
    """Holds `{service}/{deployment id}/…`, and the anchors of each service's chain under `{service}/_chain/`.

    Object Lock is always enabled, even if nothing is locked by default. A bucket that has it keeps it for ever. Mode
    and days in the settings can be changed for later objects.
    """

    def __init__(self, scope: Construct, construct_id: str, key: kms.IKey, evidence: Evidence) -> None:
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
            object_lock_default_retention=_retention(evidence),
            server_access_logs_bucket=_access_logs(scope),
            removal_policy=RemovalPolicy.RETAIN,
        )


def _retention(evidence: Evidence) -> s3.ObjectLockRetention | None:
    days = Duration.days(evidence.days)
    match evidence.mode:
        case "GOVERNANCE":
            return s3.ObjectLockRetention.governance(days)
        case "COMPLIANCE":
            return s3.ObjectLockRetention.compliance(days)
        case "NONE":
            return None


def _access_logs(scope: Construct) -> s3.Bucket:
    """Return the bucket for access logs.

    It has SSE-S3, since S3 can't deliver logs to a bucket with a customer's key.
    """
    return s3.Bucket(
        scope,
        "ReportAccessLogs",
        encryption=s3.BucketEncryption.S3_MANAGED,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        enforce_ssl=True,
        minimum_tls_version=1.2,
        versioned=True,
        lifecycle_rules=[
            s3.LifecycleRule(
                expiration=Duration.days(ACCESS_LOGS_DAYS),
                noncurrent_version_expiration=Duration.days(ACCESS_LOGS_DAYS),
            )
        ],
        removal_policy=RemovalPolicy.RETAIN,
    )
