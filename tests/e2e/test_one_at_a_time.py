"""No two deployments change one service at once (law 5), and of the pushes that wait only the newest goes ahead."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from local.follow import Ending, Follower
from local.inbox import Inbox
from local.stage import Stage, commit
from tests.e2e import laws

pytestmark = pytest.mark.e2e


def push(stage: Stage, service: str, name: str) -> tuple[str, datetime]:
    """Push a release and return its commit and when."""
    sha, before = commit(f"{service} {name}"), datetime.now(UTC)
    stage.push(service, sha)
    return sha, before


def ended(stage: Stage, service: str, pushes: list[tuple[str, datetime]]) -> list[Ending]:
    """Return how the deployments that these pushes started end."""
    followers = [stage.started_by_push(service, sha, before) for sha, before in pushes]
    return [stage.ended(follower, service, seconds=240) for follower in followers]


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
    first = push(stage, "busy", "one of two")
    time.sleep(0.1)
    second = push(stage, "busy", "two of two")

    endings = ended(stage, "busy", [first, second])

    assert endings[0].outcome in ("SUCCEEDED", "SKIPPED")
    laws.hold(stage, endings[1], "busy", "SUCCEEDED")
    assert all(one[1] <= other[0] for one, other in pairwise(changes(endings)))
    assert len(inbox.messages()) == told


def test_a_burst_ends_with_the_newest_push_and_with_what_was_asked_by_hand(stage: Stage, inbox: Inbox) -> None:
    """Five pushes, one event twice, and a start by hand in between: the overtaken are skipped, the person is not."""
    told = len(inbox.messages())
    pushes = [push(stage, "busy", f"burst {n}") for n in (1, 2, 3)]
    by_hand = stage.start({"service": "busy", "image_tag": pushes[1][0], "requested_by": "a person"})
    pushes += [push(stage, "busy", f"burst {n}") for n in (4, 5)]
    again = twice(stage, *pushes[4])

    endings = ended(stage, "busy", pushes)
    asked = stage.ended(by_hand, "busy", seconds=240)
    repeated = stage.ended(again, "busy", seconds=240)

    outcomes = [e.outcome for e in endings]
    assert asked.outcome == "SUCCEEDED"
    assert set(outcomes) <= {"SUCCEEDED", "SKIPPED", "NO_CHANGE"}
    assert outcomes.count("SKIPPED") >= 3
    assert {repeated.outcome, outcomes[4]} <= {"SUCCEEDED", "NO_CHANGE", "SKIPPED"}
    assert stage.live("busy")["gitSha"] == pushes[4][0]
    everything = [*endings, asked, repeated]
    assert all(one[1] <= other[0] for one, other in pairwise(changes(everything)))
    assert len(inbox.messages()) == told
    lock = stage.lock("busy")
    assert "owner" not in lock


def twice(stage: Stage, sha: str, before: datetime) -> Follower:
    """Deliver the event of a push again, as EventBridge may."""
    original = stage.started_by_push("busy", sha, before)
    event: Any = stage.stepfunctions.describe_execution(executionArn=original.arn)["input"]
    return stage.start(json.loads(event))
