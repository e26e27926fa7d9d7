"""The latency that a report reads, on moto's load balancer and CloudWatch."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from landfall.aws.cloudwatch.traffic import balancer_of, dimensions
from landfall.ledger.execution_history import Entry
from landfall.model import Outcome
from landfall.proof.observed import ServiceView
from landfall.proof.strategy import StrategyView
from landfall.runtime.world import World
from landfall.steps.reporting import report_latency
from landfall.telling.report.latency import EARLY, Latencies
from tests.steps import standin
from tests.support import builders as b

UPDATED = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=15)
PROVEN = UPDATED + timedelta(minutes=5)


def service(world: World) -> ServiceView:
    """Return the live service."""
    found = world.ecs("sample").service()
    assert found is not None
    return found


def read(world: World, *, proven: datetime = PROVEN, outcome: Outcome = Outcome.SUCCEEDED, **changes: Any) -> Latencies:
    """Read it for the end of a deployment that was proven then."""
    ended = b.ended(outcome, deployment=b.deployment(updated_at=UPDATED.isoformat()))
    timeline = (Entry(proven, "Confirm", answer="PASS"),)
    return report_latency.read(ended, timeline, replace(service(world), **changes), world)


def test_the_minutes_of_the_services_own_target_group_are_read(live: str) -> None:
    """The dimensions are those that CloudWatch knows: with others, there would never be a figure."""
    standin.balance("sample", "sample.example")
    world = World()
    (group,) = world.elb.groups(service(world).target_groups)
    named = [{"Name": k, "Value": v} for k, v in dimensions(balancer_of(group.balancer), group.arn).items()]
    for minutes in (-10, 2, 6):  # one before, one while both releases answer, one since the proof
        at = UPDATED + timedelta(minutes=minutes)
        data = {"MetricName": "RequestCount", "Dimensions": named, "Timestamp": at, "Value": 100.0}
        standin.client("cloudwatch").put_metric_data(Namespace="AWS/ApplicationELB", MetricData=[data])
    (told,) = read(world).groups
    assert told.target_group == group.arn.split("/")[1]
    assert (told.before.minutes, told.since.minutes) == (1, 1)
    assert (told.before.requests, told.since.requests) == (100, 100)


@pytest.mark.parametrize(
    "changes",
    [
        {"outcome": Outcome.ROLLED_BACK},
        {"shifting": StrategyView("BLUE_GREEN")},
        {"target_groups": ()},
    ],
    ids=["rolled back", "gates tell it", "a worker"],
)
def test_nobody_asks_where_there_is_nothing_to_tell(live: str, changes: dict[str, Any]) -> None:
    """What was rolled back has no minutes of its own, and gates have judged theirs."""
    assert read(World(), **changes) == Latencies()


def test_a_short_bake_is_told_without_a_call(live: str) -> None:
    """Right after the proof CloudWatch has no final minute."""
    world = World()
    assert read(world, proven=world.now()).unread == EARLY
