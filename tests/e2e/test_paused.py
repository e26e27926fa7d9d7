"""A rolling service that its owner pauses for longer than the stability timeout: it lands all the same."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cli.deployments.running_execution import Follower
from local.stage.landfall_stage import Stage, commit
from tests.e2e import laws
from tests.e2e.pushing import pushed

pytestmark = [pytest.mark.e2e, pytest.mark.long]

SERVICE, CLUSTER = "paused", "landfall-paused"
HOOK = {"targetType": "PAUSE", "lifecycleStages": ["PRE_SCALE_UP"]}
TIMEOUT = 60
"""The service's stability timeout (conftest.py)."""


def paused(follower: Follower) -> dict[str, Any]:
    """Return the first verdict that says that the rollout is paused."""
    verdicts = (event.verdict for event in follower.until_the_end(180) if event.verdict)
    return next(verdict for verdict in verdicts if verdict["code"] == "PAUSED_BY_OWNER")


def test_a_paused_rollout_lands_when_it_is_continued(stage: Stage) -> None:
    """Its owner thinks for longer than a rollout may take; every look says so, and how to continue."""
    laws.hold(stage, pushed(stage, SERVICE, "first"), SERVICE, "SUCCEEDED")
    config = {**stage.service(SERVICE)["deploymentConfiguration"], "lifecycleHooks": [HOOK]}
    stage.ecs.update_service(cluster=CLUSTER, service=SERVICE, deploymentConfiguration=config)
    sha, before = commit("paused second"), datetime.now(UTC)
    stage.push(SERVICE, sha)
    follower = stage.started_by_push(SERVICE, sha, before)
    reason = paused(follower)["reason"]
    assert reason.startswith("paused by its owner at PRE_SCALE_UP until ")

    began = datetime.now(UTC)
    time.sleep(TIMEOUT + 10)
    asked = dict(word.split(" ", 1) for word in reason.partition(";")[2].partition(" --action")[0].split(" --")[1:])
    stage.ecs.continue_service_deployment(
        serviceDeploymentArn=asked["service-deployment-arn"], hookId=asked["hook-id"], action="CONTINUE"
    )
    ending = stage.ended(follower, SERVICE)

    laws.hold(stage, ending, SERVICE, "SUCCEEDED")
    looks = [e.verdict for e in ending.events if e.verdict and e.at > began + timedelta(seconds=TIMEOUT)]
    assert looks[0]["code"] == "PAUSED_BY_OWNER"
