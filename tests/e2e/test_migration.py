"""A migration on the local AWS: a real one-off task of the new revision, before the service is updated."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from cli.deployments.running_execution import Ending, Follower
from local.stage.landfall_stage import Stage, commit
from tests.e2e import laws, stopping
from tests.e2e.pushing import pushed
from tests.e2e.shared.migration_tasks import ALTERED, SERVICE, tasks

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def landed(stage: Stage) -> Ending:
    """Return the landing of the first release, which migrates."""
    return pushed(stage, SERVICE, "migrates")


def migration(record: dict[str, Any]) -> dict[str, Any]:
    """Return what the record says of its migration."""
    return dict(json.loads(record["migration"]))


def as_before(stage: Stage, landed: Ending) -> None:
    """Assert that the service runs what it ran before."""
    laws.live(stage, SERVICE, digest=landed.record["image_digest"], sha=landed.record["git_sha"])


def begun(stage: Stage, fault: str, service: str = SERVICE) -> Follower:
    """Push a release and return the execution that it starts."""
    sha, before = commit(f"{fault} {time.time()}"), datetime.now(UTC)
    stage.push(service, sha, fault=fault)
    return stage.started_by_push(service, sha, before)


def test_a_release_migrates_once_and_then_lands(stage: Stage, landed: Ending) -> None:
    """One task of the new revision runs the command and ends with 0, before the service is updated."""
    laws.hold(stage, landed, SERVICE, "SUCCEEDED")
    (task,) = tasks(stage, landed.record)
    assert task["taskDefinitionArn"] == landed.record["task_definition"]
    known = migration(landed.record)
    assert (known["stage"], known["exit_code"], known["task"]) == ("RAN", 0, task["taskArn"])
    assert any("INFO migrated" in line for line in known["lines"])
    states = [event.state for event in landed.events]
    assert states.index("CheckMigration") < states.index("UpdateService")
    assert laws.report_of(stage, landed)["migration"]["stage"] == "RAN"


@pytest.mark.long
def test_a_migration_that_fails_rejects_the_release(stage: Stage, landed: Ending) -> None:
    """The service is as it was. The record has exit code, reason and last lines, also when ECS forgets the task."""
    ending = pushed(stage, SERVICE, "fails", fault="migration-fails")
    laws.hold(stage, ending, SERVICE, "REJECTED")
    assert ending.record["code"] == "MIGRATION_FAILED"
    assert "the service was not changed; a migration had started" in ending.record["why"]
    known = migration(ending.record)
    assert (known["stage"], known["exit_code"]) == ("FAILED", 4)
    assert any("migration-fails" in line for line in known["lines"])
    assert len(tasks(stage, ending.record)) == 1
    as_before(stage, landed)


@pytest.mark.long
def test_a_migration_that_hangs_is_stopped_at_its_limit(stage: Stage, landed: Ending) -> None:
    """Its task is stopped, and the release is rejected."""
    ending = pushed(stage, SERVICE, "hangs", fault="migration-hangs")
    laws.hold(stage, ending, SERVICE, "REJECTED")
    assert ending.record["code"] == "MIGRATION_TIMED_OUT"
    (task,) = tasks(stage, ending.record)
    assert (task["lastStatus"], task["stopCode"]) == ("STOPPED", "UserInitiated")
    as_before(stage, landed)


@pytest.mark.long
@pytest.mark.parametrize("state", ["RunMigration", "WaitForMigration"])
def test_a_migration_whose_execution_is_stopped_is_waited_for(stage: Stage, landed: Ending, state: str) -> None:
    """The recovery starts no second task. It waits until the first has ended, and the record says how."""
    follower = begun(stage, "migration-slow")
    stopping.stopped_in(stage, follower, state)
    record = stopping.eventually(lambda: _finished(stage, follower), f"{follower.arn} to be finished")
    started = tasks(stage, record)
    assert len(started) <= 1
    known = migration(record) if "migration" in record else {"stage": "never asked for"}
    assert known["stage"] == ("RAN" if started else known["stage"])
    assert all(task["lastStatus"] == "STOPPED" for task in started)
    assert record["outcome"] in ("ROLLED_BACK", "REJECTED")
    as_before(stage, landed)


def _finished(stage: Stage, follower: Follower) -> dict[str, Any] | None:
    record = stage.record_of(follower.arn, SERVICE)
    return record if record and "unfinished" not in record else None


@pytest.mark.long
def test_a_newer_push_waits_for_the_migration(stage: Stage, landed: Ending) -> None:
    """Two pushes, one while the other migrates: each migrates once, one after the other, and the newer is live."""
    first = begun(stage, "migration-slow")
    stopping.entered(stage, first, "CheckMigration")
    newer = pushed(stage, SERVICE, "newer")
    laws.hold(stage, newer, SERVICE, "SUCCEEDED")
    older = stage.record_of(first.arn, SERVICE)
    assert older
    (before,), (after,) = tasks(stage, older), tasks(stage, newer.record)
    assert before["stoppedAt"] <= after["createdAt"]
    assert older["outcome"] == "SUCCEEDED"


@pytest.mark.long
def test_a_rollback_across_an_incompatible_migration_is_refused_and_can_be_forced(stage: Stage) -> None:
    """The refusal names the release between; with the flag it goes back, proven, and the record has the flag."""
    old = pushed(stage, ALTERED, "old")
    laws.hold(stage, old, ALTERED, "SUCCEEDED")
    laws.hold(stage, pushed(stage, ALTERED, "new"), ALTERED, "SUCCEEDED")
    back = {"service": ALTERED, "intent": "rollback", "image_digest": old.record["image_digest"]}
    refused = stage.ended(stage.start(back), ALTERED)
    laws.hold(stage, refused, ALTERED, "REJECTED")
    assert refused.record["code"] == "MIGRATION_BETWEEN"
    forced = stage.ended(stage.start({**back, "cross_migration": "true"}), ALTERED)
    laws.hold(stage, forced, ALTERED, "SUCCEEDED")
    assert forced.record["cross_migration"] is True
    assert "migration" not in forced.record
