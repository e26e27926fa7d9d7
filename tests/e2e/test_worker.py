"""A worker on the local AWS: no load balancer, no HTTP; proven by its tasks, their time, their log and their work."""

from __future__ import annotations

import pytest

from cli.deployments.running_execution import Ending
from local.stage.landfall_stage import Stage
from tests.e2e import laws
from tests.e2e.pushing import pushed

pytestmark = pytest.mark.e2e
SERVICE = "jobs"


@pytest.fixture(scope="module")
def landed(stage: Stage) -> Ending:
    """Return the landing of the first release of the worker."""
    return pushed(stage, SERVICE, "one")


def checks(stage: Stage, ending: Ending) -> dict[str, str]:
    """Return the checks of the report, by name."""
    return {check["name"]: check["state"] for check in laws.report_of(stage, ending)["checks"]}


def test_a_worker_lands(stage: Stage, landed: Ending) -> None:
    """A push to a service without a load balancer is proven, and each part of the proof is in its report."""
    laws.hold(stage, landed, SERVICE, "SUCCEEDED")
    assert stage.service(SERVICE)["loadBalancers"] == []
    assert checks(stage, landed) == {"steady": "PASS", "commit": "PASS", "progress": "PASS"}
    assert "CheckWorker" in {event.state for event in landed.events}
    assert "SmokeTest" not in {event.state for event in landed.events}


@pytest.mark.long  # tests/campaigns/torture/scenarios/19-workers.toml has it, and every other end of a worker
def test_a_worker_that_crashes_is_rolled_back(stage: Stage, landed: Ending) -> None:
    """It starts, logs its commit, exits, and again: what ran before is put back and proven."""
    ending = pushed(stage, SERVICE, "crash", fault="worker-crash")
    laws.hold(stage, ending, SERVICE, "ROLLED_BACK")
    assert ending.record["code"] in ("CRASH_LOOP", "ROLLOUT_FAILED")
    assert "exited with code 3" in ending.record["why"]
    laws.law_1_of_worker(stage, SERVICE, digest=landed.record["image_digest"], sha=landed.record["git_sha"])


@pytest.mark.long
@pytest.mark.parametrize(("fault", "code"), [("worker-dead", "NO_PROGRESS"), ("worker-silent", "COMMIT_NOT_LOGGED")])
def test_a_worker_that_is_stable_and_bad_is_taken_back(stage: Stage, landed: Ending, fault: str, code: str) -> None:
    """ECS calls it COMPLETED and its tasks never stop; it does no work, or nobody can tell which commit it is."""
    ending = pushed(stage, SERVICE, fault, fault=fault)
    laws.hold(stage, ending, SERVICE, "ROLLED_BACK")
    assert ending.record["code"] == code
    laws.law_1_of_worker(stage, SERVICE, digest=landed.record["image_digest"], sha=landed.record["git_sha"])
