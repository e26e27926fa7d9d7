"""No two deployments change one service at once (law 5), and of the pushes that wait only the newest goes ahead."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from cli.deployments.running_execution import Ending, Follower
from local.stage.inbox import Inbox
from local.stage.landfall_stage import Stage, commit
from tests.e2e import laws

pytestmark = pytest.mark.e2e


def push(stage: Stage, name: str) -> Follower:
    """Push a release and return the execution that starts. It does not wait for its end."""
    sha, before = commit(f"busy {name}"), datetime.now(UTC)
    stage.push("busy", sha)
    return stage.started_by_push("busy", sha, before)


def ended(stage: Stage, *followers: Follower) -> list[Ending]:
    """Wait for all of them and return how they ended."""
    return [stage.ended(follower, "busy", seconds=240) for follower in followers]


def changes(endings: list[Ending]) -> list[tuple[datetime, datetime]]:
    """Return when each deployment that had the lock had it, in order."""
    spans = []
    for ending in endings:
        entered = {e.state: e.at for e in reversed(ending.events)}
        if "Preflight" in entered:
            over = next(at for state, at in entered.items() if state.startswith("Finish"))
            spans.append((entered["Preflight"], over))
    return sorted(spans)


def test_two_pushes_at_once_take_turns(stage: Stage, inbox: Inbox) -> None:
    """100 ms apart: one at a time, the newer one is live, and nobody is alarmed."""
    told = len(inbox.messages())
    first = push(stage, "one of two")
    time.sleep(0.1)
    second = push(stage, "two of two")

    older, newer = ended(stage, first, second)

    assert older.outcome in ("SUCCEEDED", "SKIPPED")
    laws.hold(stage, newer, "busy", "SUCCEEDED")
    assert all(one[1] <= other[0] for one, other in pairwise(changes([older, newer])))
    assert len(inbox.messages()) == told


@pytest.mark.long
def test_a_burst_ends_with_the_newest_push_and_with_what_was_asked_by_hand(stage: Stage, inbox: Inbox) -> None:
    """Five pushes, one event twice, and a start by hand in between: the overtaken are skipped, the person is not."""
    told = len(inbox.messages())
    pushes = [push(stage, f"burst {n}") for n in (1, 2, 3)]
    by_hand = stage.start({"service": "busy", "image_tag": commit("busy burst 2"), "requested_by": "a person"})
    pushes += [push(stage, f"burst {n}") for n in (4, 5)]
    again = twice(stage, pushes[4])

    *endings, asked, repeated = ended(stage, *pushes, by_hand, again)

    outcomes = [e.outcome for e in endings]
    assert asked.outcome == "SUCCEEDED", asked.record
    assert [e.record for e in endings if e.outcome not in ("SUCCEEDED", "SKIPPED")] == []
    assert outcomes.count("SKIPPED") >= 3
    assert {repeated.outcome, outcomes[4]} <= {"SUCCEEDED", "NO_CHANGE", "SKIPPED"}
    assert stage.live("busy")["gitSha"] == commit("busy burst 5")
    assert all(one[1] <= other[0] for one, other in pairwise(changes([*endings, asked, repeated])))
    assert len(inbox.messages()) == told
    assert "owner" not in stage.lock("busy")


def twice(stage: Stage, follower: Follower) -> Follower:
    """Deliver the event of a push again, as EventBridge may."""
    event: Any = stage.stepfunctions.describe_execution(executionArn=follower.arn)["input"]
    return stage.start(json.loads(event))
