"""Checks the region's services and the account's quotas, for `landfall doctor`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from botocore.exceptions import ClientError, UnknownRegionError

from cli.cloud import Cloud
from landfall.settings import Service

LEAST_CONCURRENCY = 50
"""A deployment runs one Lambda at a time, but new accounts may have as few as 10 for all functions (Lambda quotas)."""
NEEDED = ("lambda", "stepfunctions", "events", "ecs", "ecr", "elbv2", "dynamodb", "s3", "sns", "sqs", "kms", "logs")
"""The AWS services that the pipeline uses, by their names in botocore."""
UNKNOWN = "NoSuchResourceException"
"""Service Quotas has no value for this account, or knows no such quota (its API reference, GetServiceQuota)."""


class Unwell(Exception):
    """A check failed: what was seen, and how to fix it."""

    def __init__(self, seen: str, mend: str) -> None:
        super().__init__(seen)
        self.mend = mend


@dataclass(frozen=True)
class Quota:
    """A quota, by the codes of Service Quotas. Each service stack uses one; `besides` are used already."""

    service: str
    code: str
    what: str
    besides: int = 0


OF_STACKS = (
    Quota("vpc", "L-F678F1CE", "VPCs a region", besides=1),
    Quota("vpc", "L-A4707A72", "internet gateways a region", besides=1),
    Quota("elasticloadbalancing", "L-53DA6B97", "Application Load Balancers a region"),
)


def region(cloud: Cloud) -> str:
    """Check that the region has the AWS services that Landfall uses. Raises Unwell if botocore knows that it hasn't."""
    needed = [*NEEDED, *(["codebuild"] if _built(cloud.settings.services) else [])]
    try:
        partition = cloud.session.get_partition_for_region(cloud.region)
    except UnknownRegionError:
        return f"{cloud.region} is unknown to this version of boto3, so its services were not checked"
    known = {name: cloud.session.get_available_regions(name, partition) for name in needed}
    lacking = [name for name, regions in known.items() if cloud.region not in regions]
    if lacking:
        mend = "choose another region; or, for codebuild, remove the build tables and build elsewhere"
        raise Unwell(f"{cloud.region} has no {', '.join(lacking)}", mend)
    return f"{cloud.region} has every AWS service that Landfall needs"


def concurrency(cloud: Cloud) -> str:
    """Say how many Lambdas may run at once. Raises Unwell if they are too few."""
    limit = cloud.client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    if limit < LEAST_CONCURRENCY:
        mend = "ask for more in Service Quotas: Lambda, concurrent executions"
        raise Unwell(f"Lambda may run only {limit} functions at once in this account, all applications together", mend)
    return f"Lambda may run {limit} functions at once"


def stacks(cloud: Cloud) -> str:
    """Check that the services' stacks fit into the account's quotas. Raises Unwell if they don't."""
    count = sum(service.stack is not None for service in cloud.settings.services)
    told = []
    for quota in OF_STACKS:
        limit = _limit(cloud, quota)
        if limit is not None and count + quota.besides > limit:
            seen = f"{limit} {quota.what}, and {count} services have a stack with one each"
            mend = f"ask for more in Service Quotas: {quota.service} {quota.code}; or use networks of your own"
            raise Unwell(seen, mend)
        told += [] if limit is None else [f"{limit} {quota.what}"]
    return f"{', '.join(told) or 'Service Quotas reports no quota'}; {count} services have a stack"


def _limit(cloud: Cloud, quota: Quota) -> int | None:
    """Return the account's own value, else the default. None if Service Quotas knows neither."""
    client = cloud.client("service-quotas")
    try:
        return int(client.get_service_quota(ServiceCode=quota.service, QuotaCode=quota.code)["Quota"]["Value"])
    except ClientError as error:
        if error.response["Error"]["Code"] != UNKNOWN:
            raise
    try:
        found = client.list_aws_default_service_quotas(ServiceCode=quota.service, MaxResults=100)["Quotas"]
    except ClientError as error:
        if error.response["Error"]["Code"] != UNKNOWN:
            raise
        return None
    return next((int(each["Value"]) for each in found if each["QuotaCode"] == quota.code), None)


def _built(services: Sequence[Service]) -> bool:
    return any(service.build and service.build.builder == "codebuild" for service in services)
