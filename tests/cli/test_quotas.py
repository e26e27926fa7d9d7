"""What `landfall doctor` says of the account's room and of the region: before a deploy fails on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from cli import quotas
from cli.cloud import Cloud
from landfall.settings_file.read import load
from local.settings import TEMPLATE

SETTINGS = load(TEMPLATE)
(SAMPLE,) = SETTINGS.services


class ServiceQuotas:
    """Service Quotas, with the account's own values and the defaults."""

    def __init__(self, own: Mapping[str, float], default: Mapping[str, float]) -> None:
        self.own, self.default = own, default

    def get_service_quota(self, *, QuotaCode: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        """Answer with the account's own."""
        if QuotaCode not in self.own:
            raise ClientError({"Error": {"Code": quotas.UNKNOWN}}, "GetServiceQuota")
        return {"Quota": {"Value": self.own[QuotaCode]}}

    def list_aws_default_service_quotas(self, **_: Any) -> dict[str, Any]:
        """Answer with the defaults."""
        return {"Quotas": [{"QuotaCode": code, "Value": value} for code, value in self.default.items()]}


class Account(Cloud):
    """One whose Service Quotas is given."""

    told = ServiceQuotas({}, {})

    def client(self, name: str) -> Any:
        """Return it."""
        assert name == "service-quotas"
        return self.told


def account(services: int, told: ServiceQuotas, region: str = "us-east-1") -> Cloud:
    """Return an account with so many services that have stacks."""
    settings = replace(SETTINGS, services=tuple(replace(SAMPLE, name=f"s{n}") for n in range(services)))
    made = Account(boto3.Session(region_name=region), settings)
    object.__setattr__(made, "told", told)
    return made


DEFAULT = {"L-F678F1CE": 5.0, "L-A4707A72": 5.0, "L-53DA6B97": 50.0}


@pytest.mark.parametrize(
    ("services", "own", "lacks"),
    [(4, {}, None), (5, {}, "VPCs"), (5, {"L-F678F1CE": 10.0}, "internet gateways"), (0, {}, None)],
    ids=["with the default one", "one too many", "another quota", "none"],
)
def test_stacks_that_do_not_fit_are_told_before_a_deploy_fails(services: int, own: Any, lacks: str | None) -> None:
    """Each has a VPC, and an account has five by default; with the code to ask for more by."""
    cloud = account(services, ServiceQuotas(own, DEFAULT))
    if lacks is None:
        assert f"{services} services have a stack" in quotas.stacks(cloud)
        return
    with pytest.raises(quotas.Unwell, match=lacks) as refused:
        quotas.stacks(cloud)
    assert "Service Quotas: vpc L-" in refused.value.mend


def test_a_quota_that_nobody_knows_is_no_finding() -> None:
    """The output says that it is unknown."""
    assert "reports no quota" in quotas.stacks(account(9, ServiceQuotas({}, {})))


@pytest.mark.parametrize(
    ("region", "said"),
    [("us-east-1", "has every"), ("cn-north-1", "has every"), ("xx-future-1", "is unknown")],
)
def test_a_region_with_everything_is_well(region: str, said: str) -> None:
    """It holds in another partition too. Of a region that boto3 doesn't know, nothing is claimed."""
    assert said in quotas.region(account(1, ServiceQuotas({}, {}), region))


def test_a_region_without_codebuild_is_told() -> None:
    """The build's stack would fail there."""
    lacking = set(boto3.Session().get_available_regions("lambda")) - set(
        boto3.Session().get_available_regions("codebuild")
    )
    assert lacking
    with pytest.raises(quotas.Unwell, match="has no codebuild"):
        quotas.region(account(1, ServiceQuotas({}, {}), sorted(lacking)[0]))
