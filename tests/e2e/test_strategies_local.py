"""The local AWS plays BLUE_GREEN, CANARY and LINEAR as ECS does: stages, weights, pauses, the way back."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local.emulator.local_aws import LocalAws
from tests.local.blue_green import STAGES, TEST_HEADER, Strategic
from tests.local.traffic import Traffic
from tests.local.world import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.long]

BEFORE_TRAFFIC, BEFORE_SHIFT, AFTER_SHIFT = STAGES
BLUE_GREEN = {"strategy": "BLUE_GREEN"}
CANARY = {"strategy": "CANARY", "canaryConfiguration": {"canaryPercent": 20.0, "canaryBakeTimeInMinutes": 0}}
LINEAR = {"strategy": "LINEAR", "linearConfiguration": {"stepPercent": 40.0, "stepBakeTimeInMinutes": 0}}
SIGMAS = 4


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """Start a local AWS without Landfall: whatever happens here, ECS does."""
    path: Path = tmp_path_factory.mktemp("alone")
    with LocalAws(path) as aws:
        yield aws


def shares(world: Strategic, expected: float, *, requests: int = 400) -> None:
    """Assert that version B's share of the answers is its weight, within the error of the sample."""
    seen = world.answers(requests)
    assert set(seen) <= {"A", "B"}
    error = SIGMAS * math.sqrt(expected * (1 - expected) / requests)
    assert abs(seen["B"] / requests - expected) <= error, seen


def begun(world: Strategic, **image: str) -> str:
    """Begin a deployment of version B, and return its revision."""
    revision = world.revision(world.image(VERSION="B", **image))
    world.update(taskDefinition=revision)
    return revision


def test_blue_green_serves_nobody_before_it_is_continued(alone: LocalAws) -> None:
    """Green is complete beside blue, test requests reach it alone, and production moves only after the pause."""
    world = Strategic(alone)
    blue = world.born(BLUE_GREEN)
    ours = world.group_of(world.newest())
    with Traffic(world) as traffic:
        green = begun(world)
        told = world.waits(BEFORE_TRAFFIC)
        assert world.running() == {blue: 2, green: 2}
        assert told["targetServiceRevision"]["requestedTestTrafficWeight"] == 100
        assert told["targetServiceRevision"]["requestedProductionTrafficWeight"] == 0
        assert told["sourceServiceRevisions"][0]["requestedProductionTrafficWeight"] == 100
        group = world.group_of(told)
        assert {ours, group} == {world.group, world.alternate}
        assert world.weights(world.production)[ours] == world.weights(world.test)[group] == 100
        assert world.answers(20) == {"A": 20}
        assert world.answers(20, TEST_HEADER) == {"B": 20}
        assert traffic.answers["B"] == 0
        world.act(told)
        told = world.waits(AFTER_SHIFT)
        assert told["targetServiceRevision"]["requestedProductionTrafficWeight"] == 100
        assert world.answers(20) == {"B": 20}
        assert world.running() == {blue: 2, green: 2}
        world.act(told)
        world.ends("SUCCESSFUL")
    assert traffic.failures == []
    assert world.running() == {green: 2}
    assert world.weights(world.production) == {group: 100, ours: 0}
    world.remove()


@pytest.mark.parametrize(
    ("config", "weights"), [(CANARY, (20, 100)), (LINEAR, (40, 80, 100))], ids=["canary", "linear"]
)
def test_traffic_moves_in_steps(alone: LocalAws, config: dict[str, Any], weights: tuple[int, ...]) -> None:
    """There is a pause before each shift, the first at weight 0, and each request is routed by the live weights."""
    world = Strategic(alone)
    world.born(config)
    with Traffic(world) as traffic:
        begun(world)
        world.act(world.waits(BEFORE_TRAFFIC))
        for weight in (0, *weights[:-1]):
            told = world.waits(BEFORE_SHIFT)
            assert told["targetServiceRevision"]["requestedProductionTrafficWeight"] == weight
            assert world.weights(world.production)[world.group_of(told)] == weight
            shares(world, weight / 100)
            world.act(told)
        told = world.waits(AFTER_SHIFT)
        assert world.weights(world.production)[world.group_of(told)] == 100
        world.act(told)
        world.ends("SUCCESSFUL")
    assert traffic.failures == []
    world.remove()


@pytest.mark.parametrize("how", ["answer", "stop", "nobody"])
def test_the_way_back(alone: LocalAws, how: str) -> None:
    """ROLLBACK, a stop, or a pause whose time is over: blue serves again, green is gone, no revision is made."""
    world = Strategic(alone)
    blue = world.born(CANARY, minutes=1)
    with Traffic(world) as traffic:
        begun(world)
        world.act(world.waits(BEFORE_TRAFFIC))
        world.act(world.waits(BEFORE_SHIFT))
        wait_for("the shift", lambda: max(world.weights(world.production).values()) == 80)
        told = world.waits(BEFORE_SHIFT)
        if how == "answer":
            world.act(told, "ROLLBACK")
        elif how == "stop":
            world.ecs.stop_service_deployment(serviceDeploymentArn=told["serviceDeploymentArn"])
        told = world.ends("ROLLBACK_SUCCESSFUL")
    assert traffic.failures == []
    assert world.running() == {blue: 2}
    assert world.service()["taskDefinition"] == blue
    assert told["rollback"]["serviceRevisionArn"] == told["sourceServiceRevisions"][0]["arn"]
    assert max(world.weights(world.production).values()) == 100
    assert world.answers(20) == world.answers(20, TEST_HEADER) == {"A": 20}
    world.remove()


def test_a_newer_deployment_begins_at_the_last_good_one(alone: LocalAws) -> None:
    """The one that it replaces is STOPPED; its tasks are, too; and all traffic is at blue."""
    world = Strategic(alone)
    blue = world.born(CANARY)
    with Traffic(world) as traffic:
        begun(world)
        world.act(world.waits(BEFORE_TRAFFIC))
        world.act(world.waits(BEFORE_SHIFT))
        wait_for("the shift", lambda: max(world.weights(world.production).values()) == 80)
        first = world.newest()["serviceDeploymentArn"]
        third = world.revision(world.image(VERSION="C"))
        world.update(taskDefinition=third)
        told = world.waits(BEFORE_TRAFFIC)
        assert told["serviceDeploymentArn"] != first
        assert world.running() == {blue: 2, third: 2}
        assert world.answers(20) == {"A": 20}
        world.through()
    stopped = world.ecs.describe_service_deployments(serviceDeploymentArns=[first])["serviceDeployments"][0]
    assert stopped["status"] == "STOPPED"
    assert traffic.failures == []
    assert world.answers(20) == {"C": 20}
    world.remove()


def test_cloudwatch_tells_what_each_group_answered(alone: LocalAws) -> None:
    """Sums and percentiles of whole minutes, by target group; no data point where there is nothing to count."""
    world = Strategic(alone)
    world.born(CANARY)
    time.sleep(max(0.0, 62 - time.time() % 60) % 60)  # so that the requests are in one minute
    began = datetime.now(UTC).replace(second=0, microsecond=0)
    assert world.answers(50) == {"A": 50}
    live = world.group_of(world.newest())
    names = [
        {"Name": "TargetGroup", "Value": live.rpartition(":")[2]},
        {"Name": "LoadBalancer", "Value": world.balancer.rpartition("loadbalancer/")[2]},
    ]
    wanted = {
        "count": ("RequestCount", "Sum"),
        "good": ("HTTPCode_Target_2XX_Count", "Sum"),
        "bad": ("HTTPCode_Target_5XX_Count", "Sum"),
        "p95": ("TargetResponseTime", "p95"),
    }
    queries = [
        {
            "Id": key,
            "MetricStat": {
                "Metric": {"Namespace": "AWS/ApplicationELB", "MetricName": name, "Dimensions": names},
                "Period": 60,
                "Stat": statistic,
            },
        }
        for key, (name, statistic) in wanted.items()
    ]
    cloudwatch = alone.client("cloudwatch")

    def told() -> dict[str, list[float]]:
        reply = cloudwatch.get_metric_data(
            MetricDataQueries=queries, StartTime=began, EndTime=began + timedelta(minutes=1)
        )
        return {each["Id"]: each["Values"] for each in reply["MetricDataResults"]}

    found = wait_for("the minute", lambda: told() if told()["count"] else None)
    assert (found["count"], found["good"], found["bad"]) == ([50], [50], [])
    assert 0 < found["p95"][0] < 5
    world.remove()
