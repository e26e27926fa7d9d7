"""A record and a report for every outcome of the design, on one service, one after the other (law 4)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cli.deployments.running_execution import Ending
from landfall.model import Outcome
from local.stage.landfall_stage import Stage, commit
from tests.e2e import laws
from tests.e2e.pushing import pushed, rolling_out, taken_over

pytestmark = [pytest.mark.e2e, pytest.mark.long]
SERVICE = "outcomes"


def by_hand(stage: Stage, tag: str) -> Ending:
    """Ask for a release as the console does."""
    return stage.ended(stage.start({"service": SERVICE, "image_tag": tag, "requested_by": "a person"}), SERVICE)


def overtaken(stage: Stage) -> Ending:
    """Push twice while a release is rolled out. Return how the first of the two ended."""
    running, waiting = rolling_out(stage, SERVICE, "slow"), []
    for name in ("overtaken", "newest"):
        sha, before = commit(f"{SERVICE} {name}"), datetime.now(UTC)
        stage.push(SERVICE, sha)
        waiting.append(stage.started_by_push(SERVICE, sha, before))
    stage.ended(running, SERVICE)
    first, newest = (stage.ended(follower, SERVICE, seconds=240) for follower in waiting)
    assert newest.outcome == "SUCCEEDED"
    return first


def superseded(stage: Stage, proven: Ending) -> Ending:
    """Deploy over a release that is rolled out."""
    follower = rolling_out(stage, SERVICE, "late")
    taken_over(stage, SERVICE, proven.record["task_definition"])
    return stage.ended(follower, SERVICE)


def without_a_way_back(stage: Stage) -> Ending:
    """Push a bad release over one whose image is gone meanwhile."""
    stable = stage.ecs.get_waiter("services_stable")
    stable.wait(cluster=f"landfall-{SERVICE}", services=[SERVICE], WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    good = pushed(stage, SERVICE, "last good")
    image = {"imageDigest": good.record["image_digest"]}
    stage.aws.client("ecr").batch_delete_image(repositoryName=f"landfall/{SERVICE}", imageIds=[image])
    return pushed(stage, SERVICE, "last bad", fault="crash-on-start")


def test_every_outcome_has_a_record_and_a_report(stage: Stage) -> None:
    """Each is closed once, chained, and reported once in the published shape; and no outcome is missing here."""
    seen = {Outcome.NO_BASELINE: pushed(stage, SERVICE, "bad first", fault="crash-on-start")}
    good = seen[Outcome.SUCCEEDED] = pushed(stage, SERVICE, "good")
    seen[Outcome.NO_CHANGE] = by_hand(stage, commit(f"{SERVICE} good"))
    seen[Outcome.REJECTED] = by_hand(stage, "final-v3")
    seen[Outcome.ROLLED_BACK] = pushed(stage, SERVICE, "bad", fault="crash-on-start")
    seen[Outcome.SKIPPED] = overtaken(stage)
    seen[Outcome.SUPERSEDED] = superseded(stage, good)
    seen[Outcome.ROLLBACK_FAILED] = without_a_way_back(stage)

    assert seen.keys() == set(Outcome)
    for outcome, ending in seen.items():
        assert ending.outcome == outcome, f"{outcome}: {ending.cause}"
        laws.one_record_and_one_report(stage, ending, SERVICE)
    rolled_back = laws.report_of(stage, seen[Outcome.ROLLED_BACK])
    assert rolled_back["logs"]["last"], rolled_back["unread"]
    assert rolled_back["unread"] == []
