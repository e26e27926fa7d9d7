"""Stops executions of the service `stopped`, as a person in the console would, and looks at what becomes of them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from cli.deployments.running_execution import Follower
from local.stage.inbox import Inbox
from local.stage.landfall_stage import Stage, commit
from tests.e2e import laws

SERVICE = "stopped"
Seen = TypeVar("Seen")


def begun(stage: Stage, fault: str = "", service: str = SERVICE) -> Follower:
    """Push a release, good or bad, and return the execution that it starts."""
    sha, before = commit(f"to be stopped {time.time()}"), datetime.now(UTC)
    stage.push(service, sha, fault=fault)
    return stage.started_by_push(service, sha, before)


def entered(stage: Stage, follower: Follower, state: str, seconds: float = 120) -> None:
    """Wait until an execution is in a state, or has passed it."""

    def seen() -> bool:
        history = stage.stepfunctions.get_execution_history(executionArn=follower.arn, reverseOrder=True, maxResults=30)
        return state in (e.get("stateEnteredEventDetails", {}).get("name") for e in history["events"])

    eventually(seen, f"{state} of {follower.arn} to be entered", seconds, pause=0.01)


def stopped_in(stage: Stage, follower: Follower, state: str) -> Follower:
    """Stop an execution once it is in `state`."""
    entered(stage, follower, state)
    stage.stepfunctions.stop_execution(executionArn=follower.arn, cause="stopped by a test")
    return follower


def recovery_of(stage: Stage, about: str, but: tuple[str, ...] = ()) -> Follower:
    """Return the execution that recovers a deployment, told by its execution's ARN or its id."""

    def found() -> Follower | None:
        return next((f for f in stage.executions_about(about) if f.arn not in but), None)

    return eventually(found, f"the recovery of {about} to begin")


def recovered(stage: Stage, follower: Follower, service: str = SERVICE) -> dict[str, Any]:
    """Wait until nothing is left to do about the deployment, and return its record."""

    def finished() -> dict[str, Any] | None:
        record = stage.record_of(follower.arn, service)
        return record if record and "unfinished" not in record else None

    return eventually(finished, f"{follower.arn} to be finished")


def proven_or_paged(
    stage: Stage, inbox: Inbox, follower: Follower, told: int, service: str = SERVICE
) -> dict[str, Any]:
    """Assert what part of law 4 and law 6 an execution must keep however it ends. Returns its record."""
    record = recovered(stage, follower, service)
    assert [r["deployment_id"] for r in stage.records(service)].count(record["deployment_id"]) == 1
    report = stage.aws.client("s3").list_objects_v2(
        Bucket=stage.pipeline["ReportBucketName"], Prefix=f"{service}/{record['deployment_id']}/report.json"
    )
    assert report["KeyCount"] == 1
    about_it = [m for m in inbox.messages(at_least=told) if record["git_sha"] in m.subject + m.body.split("\n")[0]]
    assert len(about_it) == (record["outcome"] not in ("SUCCEEDED", "NO_CHANGE"))
    assert record["deployment_id"] != stage.lock(service).get("deployment_id")
    return record


def is_live(stage: Stage, sha: str, service: str = SERVICE) -> None:
    """Assert that this commit is live as law 1 means it."""
    digests = {c["imageDigest"] for t in laws.running(stage, service) for c in t["containers"]}
    assert len(digests) == 1
    laws.law_1(stage, service, digest=digests.pop(), sha=sha)


def swept(stage: Stage) -> int:
    """Sweep, as the schedule would, and return how many recoveries that started."""
    answer = stage.aws.client("lambda").invoke(FunctionName="landfall-sweep", Payload=b"{}")
    return int(json.loads(answer["Payload"].read())["started"])


def eventually(look: Callable[[], Seen | None], what: str, seconds: float = 120, pause: float = 0.2) -> Seen:
    """Look until there is something to see. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if seen := look():
            return seen
        time.sleep(pause)
    raise TimeoutError(f"waited {seconds:.0f} s in vain for {what}")
