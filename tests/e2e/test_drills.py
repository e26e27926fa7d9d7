"""A drill by schedule on the local AWS: way back and way forward proven, no client request failed, figures in `status`.

On a stage of its own. Part of `make test-long`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from cli.deployments.running_execution import Ending, Follower
from local.stage.landfall_stage import Stage, staged
from local.stage.load import Load
from tests.e2e import laws
from tests.e2e.command import landfall
from tests.e2e.pushing import pushed
from tests.e2e.stopping import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.long]

SERVICE = "practised"
OVERRIDES: dict[str, Any] = {
    "smoke": {"max_response_seconds": 30},
    "stack": {"start_period_seconds": 60},
    "drill": {"cron": "0 3 ? * TUE *", "overdue_days": 35},
}
"""The service is not slow, but the machine may be."""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Return a local AWS with one service that has drills."""
    with staged(tmp_path_factory.mktemp("aws"), (SERVICE,), overrides={SERVICE: OVERRIDES}) as stage:
        yield stage


def scheduled(stage: Stage, **given: str) -> dict[str, Any]:
    """Invoke the function as its schedules do: with a service at its time, and with nothing every minute."""
    answer = stage.aws.client("lambda").invoke(FunctionName="landfall-drill", Payload=json.dumps(given).encode())
    said = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, said
    return dict(said)


def proven(stage: Stage, name: str) -> Ending:
    """Push a good release and return how its deployment ended."""
    ending = pushed(stage, SERVICE, name)
    laws.hold(stage, ending, SERVICE, "SUCCEEDED")
    return ending


def drilled(stage: Stage, way: str) -> Ending:
    """Wait for the end of the deployment that a drill made in this direction last."""
    (record, *_) = [r for r in stage.records(SERVICE) if r.get("drill") == way][::-1]
    ending = stage.ended(Follower(stage.stepfunctions, record["execution_arn"]), SERVICE)
    laws.hold(stage, ending, SERVICE, "SUCCEEDED")
    return ending


def opened(stage: Stage, way: str, before: int) -> None:
    """Wait until the record of the drill's deployment is there."""
    eventually(lambda: [r for r in stage.records(SERVICE) if r.get("drill") == way][before:], f"the way {way}")


def status(stage: Stage) -> dict[str, Any]:
    """Return what `landfall status` says of the service."""
    code, said = landfall(stage, "status", "--service", SERVICE, "--json")
    assert code == 0
    return dict(json.loads(said)["services"][0])


def test_a_drill_by_schedule_proves_both_ways(stage: Stage) -> None:
    """Without a release before, and while frozen, none begins; then one goes back and forward under load."""
    first = proven(stage, "first")
    assert scheduled(stage, service=SERVICE)["refused"].startswith("NOTHING_BEFORE")
    live = proven(stage, "live")
    assert "never proven" in status(stage)["way_back"]
    assert landfall(stage, "freeze", SERVICE, "--reason", "a holiday")[0] == 0
    assert scheduled(stage, service=SERVICE)["refused"].startswith("FROZEN")
    assert landfall(stage, "unfreeze", SERVICE)[0] == 0
    assert scheduled(stage)["forward"] == 0

    url = f"{stage.fronts[SERVICE].url}/api/v1/version"
    with Load(url, stage.aws.ca_bundle, lambda: stage.healthy_and_desired(SERVICE)) as load:
        assert scheduled(stage, service=SERVICE)["started"].endswith("-drill-back")
        opened(stage, "back", 0)
        assert scheduled(stage, service=SERVICE)["refused"].startswith("UNDER_WAY")
        back = drilled(stage, "back")
        assert stage.live(SERVICE)["gitSha"] == first.record["git_sha"]
        assert scheduled(stage, service=SERVICE)["refused"].startswith("HALF_WAY")
        eventually(lambda: scheduled(stage)["forward"] or forwards(stage), "the way forward")
        opened(stage, "forward", 0)
        forward = drilled(stage, "forward")
    samples = load.samples

    assert stage.live(SERVICE)["gitSha"] == live.record["git_sha"]
    assert samples.failed == []
    assert {r.git_sha for r in samples.requests} == {first.record["git_sha"], live.record["git_sha"]}
    assert (back.record["intent"], forward.record["intent"]) == ("rollback", "rollback")
    assert back.record["requested_by"] == "drill"
    assert status(stage)["way_back"].startswith("way back proven today, in ")
    assert status(stage)["proven"] is True

    code, said = landfall(stage, "dora", "--service", SERVICE, "--json")
    assert code == 0
    assert json.loads(said)["all"]["rollbacks"] == 0


def test_the_command_makes_a_drill(stage: Stage) -> None:
    """It waits for both deployments, and says how long the way back took."""
    live = stage.live(SERVICE)["gitSha"]
    code, said = landfall(stage, "drill", SERVICE, "--yes")
    assert code == 0, said
    assert "way back proven today, in " in said
    assert stage.live(SERVICE)["gitSha"] == live
    assert len(forwards(stage)) == 2


def forwards(stage: Stage) -> list[dict[str, Any]]:
    """Return the records of the ways forward."""
    return [r for r in stage.records(SERVICE) if r.get("drill") == "forward"]
