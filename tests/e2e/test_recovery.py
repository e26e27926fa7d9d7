"""Nothing is left half done: an execution stopped in any state ends with the service proven, or with a page.

Three states in the default run, all of them in `make recovery`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from local.follow import Ending, Follower
from local.inbox import Inbox
from local.stage import Stage, commit
from statemachine.definition import definition
from tests.e2e import laws
from tests.e2e.pushing import pushed

pytestmark = pytest.mark.e2e

USUAL = ("WaitForStability", "Rollback", "NotifyFailure")
FORWARD = (
    "Resolve",
    "AcquireLock",
    "Preflight",
    "RegisterTaskDefinition",
    "UpdateService",
    "WaitForStability",
    "CheckStability",
    "CheckTargetHealth",
    "SmokeTest",
    "Confirm",
    "ReportSuccess",
    "FinishSuccess",
)
BACK = (
    "Rollback",
    "WaitForRollbackStability",
    "CheckRollbackStability",
    "CheckRollbackTargetHealth",
    "SmokeTestBaseline",
    "ConfirmRollback",
    "ReportFailure",
    "NotifyFailure",
    "FinishFailure",
)


@pytest.fixture(scope="module")
def baseline(stage: Stage) -> Ending:
    """Return the release that is live on the service `stopped` before anything is stopped."""
    ending = pushed(stage, "stopped", "baseline")
    laws.hold(stage, ending, "stopped", "SUCCEEDED")
    return ending


def stop_in(stage: Stage, state: str, fault: str) -> Follower:
    """Push a release and stop its execution, as a person in the console would, once it is in `state`."""
    sha, before = commit(f"stopped in {state} {time.time()}"), datetime.now(UTC)
    stage.push("stopped", sha, fault=fault)
    follower = stage.started_by_push("stopped", sha, before)
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        history = stage.stepfunctions.get_execution_history(executionArn=follower.arn, reverseOrder=True, maxResults=30)
        entered = [e["stateEnteredEventDetails"]["name"] for e in history["events"] if "stateEnteredEventDetails" in e]
        if state in entered:
            stage.stepfunctions.stop_execution(executionArn=follower.arn, cause="stopped by a test")
            return follower
        time.sleep(0.01)
    raise TimeoutError(f"{state} was not entered")


def recovered(stage: Stage, follower: Follower, seconds: float = 120) -> dict[str, Any]:
    """Wait until nothing is left to do about the deployment, and return its record."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        record = stage.record_of(follower.arn, "stopped")
        if record and "unfinished" not in record:
            return record
        time.sleep(0.2)
    raise TimeoutError(f"still unfinished: {record}\n{stage.executions_about(follower.arn)}")


def proven_or_paged(stage: Stage, inbox: Inbox, follower: Follower, told: int) -> dict[str, Any]:
    """Assert what part of law 4 and law 6 an execution must keep however it ends. Returns its record."""
    record = recovered(stage, follower)
    assert [r["deployment_id"] for r in stage.records("stopped")].count(record["deployment_id"]) == 1
    report = stage.aws.client("s3").list_objects_v2(
        Bucket=stage.pipeline["ReportBucketName"], Prefix=f"stopped/{record['deployment_id']}/report.json"
    )
    assert report["KeyCount"] == 1
    about_it = [m for m in inbox.messages(at_least=told) if record["git_sha"] in m.subject + m.body.split("\n")[0]]
    assert len(about_it) == (record["outcome"] not in ("SUCCEEDED", "NO_CHANGE"))
    assert "owner" not in stage.lock("stopped")
    return record


def cases() -> Iterator[Any]:
    """Every state of both ways; those that are not usual are marked long."""
    for fault, states in (("", FORWARD), ("wrong-sha", BACK)):
        for state in states:
            marks = () if state in USUAL else (pytest.mark.long,)
            yield pytest.param(state, fault, id=state, marks=marks)


@pytest.mark.parametrize(("state", "fault"), list(cases()))
def test_an_execution_stopped_in(stage: Stage, inbox: Inbox, baseline: Ending, state: str, fault: str) -> None:
    """It is recovered: one closed record, one report, one notification, the lock free, and the service proven."""
    assert state in definition()["States"]
    live = stage.live("stopped")["gitSha"]
    told = len(inbox.messages())

    follower = stop_in(stage, state, fault)
    record = proven_or_paged(stage, inbox, follower, told)

    assert record["outcome"] in ("ROLLED_BACK", "REJECTED", "SUCCEEDED")
    expected = record if record["outcome"] == "SUCCEEDED" else None
    now = stage.live("stopped")["gitSha"]
    assert now == (expected["git_sha"] if expected else live)
    digests = {c["imageDigest"] for t in laws.running(stage, "stopped") for c in t["containers"]}
    assert len(digests) == 1
    laws.law_1(stage, "stopped", digest=digests.pop(), sha=now)


def test_a_lost_event_is_found_by_the_sweep(stage: Stage, inbox: Inbox, baseline: Ending) -> None:
    """Step Functions' events are best effort: a record that nobody looks after is found and finished."""
    events = stage.aws.client("events")
    rule = next(r["Name"] for r in events.list_rules()["Rules"] if "OnLossEnded" in r["Name"])
    events.disable_rule(Name=rule)
    try:
        told = len(inbox.messages())
        live = stage.live("stopped")["gitSha"]
        follower = stop_in(stage, "WaitForStability", "")
        time.sleep(3)
        assert "unfinished" in stage.record_of(follower.arn, "stopped")
        answer = stage.aws.client("lambda").invoke(FunctionName="landfall-sweep", Payload=b"{}")
        assert json.loads(answer["Payload"].read())["started"] == 1
        record = proven_or_paged(stage, inbox, follower, told)
    finally:
        events.enable_rule(Name=rule)

    assert record["outcome"] == "ROLLED_BACK"
    assert stage.live("stopped")["gitSha"] == live
