"""Nothing is left half done: an execution stopped in any state ends with the service proven, or with a page.

One state in the default run, all of them in `make recovery`; those that only trouble leads to are in
test_recovery_in_trouble.py.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from cli.deployments.running_execution import Ending
from local.stage.inbox import Inbox
from local.stage.landfall_stage import Stage
from statemachine.definition import definition
from tests.e2e.events import ENDED, lost
from tests.e2e.shared.stopped_on_the_way import BACK, FORWARD
from tests.e2e.stopping import begun, is_live, proven_or_paged, stopped_in, swept

pytestmark = pytest.mark.e2e

USUAL = ("WaitForStability",)


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

    follower = stopped_in(stage, begun(stage, fault), state)
    record = proven_or_paged(stage, inbox, follower, told)

    assert record["outcome"] in ("ROLLED_BACK", "REJECTED", "SUCCEEDED")
    is_live(stage, record["git_sha"] if record["outcome"] == "SUCCEEDED" else live)


@pytest.mark.long  # tests/steps/test_sweep.py has it on moto
def test_a_lost_event_is_found_by_the_sweep(stage: Stage, inbox: Inbox, baseline: Ending) -> None:
    """Step Functions' events are best effort: a record that nobody looks after is found and finished."""
    told = len(inbox.messages())
    live = stage.live("stopped")["gitSha"]
    with lost(stage, ENDED):
        follower = stopped_in(stage, begun(stage), "WaitForStability")
        time.sleep(3)
        assert "unfinished" in stage.record_of(follower.arn, "stopped")
        assert swept(stage) == 1
        record = proven_or_paged(stage, inbox, follower, told)

    assert record["outcome"] == "ROLLED_BACK"
    assert stage.live("stopped")["gitSha"] == live
