"""What the app costs while nothing happens: everything in it is priced, or known to cost by use alone."""

from __future__ import annotations

import pytest

from landfall.settings_file.read import load
from local.settings import TEMPLATE
from tests.contract.template_shapes import SHAPES, shape
from tests.support.later import later

cost = later("stacks.cost")

PRICED = {
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::KMS::Key",
}


@pytest.mark.parametrize("name", SHAPES)
def test_every_kind_of_resource_is_priced_or_costs_by_use(name: str) -> None:
    """A NAT gateway that somebody adds one day does not pass unseen."""
    kinds = {r["Type"] for template in shape(name).values() for r in template["Resources"].values()}
    assert kinds <= PRICED | cost.BY_USE
    assert not PRICED & cost.BY_USE


def test_the_sample_costs_what_its_parts_do() -> None:
    """Two keys, an alarm for each metric, a dashboard; a balancer in two zones, and two tasks of a quarter of a CPU."""
    found = {(line.what, line.count) for line in cost.lines(shape("first"), load(TEMPLATE).services)}
    alarms = [
        r for t in shape("first").values() for r in t["Resources"].values() if r["Type"] == "AWS::CloudWatch::Alarm"
    ]

    assert ("KMS keys", 2) in found
    assert {("load balancers", 1), ("addresses of the load balancer, one a zone", 2)} <= found
    assert {("vCPUs of 2 tasks, once released", 0.5), ("GB of 2 tasks, once released", 1.0)} <= found
    watched = sum(count for what, count in found if what == "metrics under alarms")
    assert watched == len(alarms) + 1  # the rate of rollbacks is computed from two


def test_the_table_adds_up() -> None:
    """And says of when its prices are."""
    found = cost.lines(shape("first"), load(TEMPLATE).services)
    said = cost.table(found)
    assert cost.DATED in said
    assert f"{sum(line.dollars for line in found):9.2f}" in said
