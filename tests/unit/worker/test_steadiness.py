"""The steady time of a worker: counted from the latest start and the last older task, with a share of exceptions."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from landfall.model import State
from landfall.proof.observed import TaskView
from landfall.settings import Limits
from landfall.worker import steadiness
from tests.support import builders as b

UPDATED = b.NOW - timedelta(seconds=600)
JUDGED = b.judged(
    release=b.release(limits=Limits(worker_seconds=60), worker_attempts=37),
    deployment=b.deployment(updated_at=UPDATED.isoformat()),
)


def ago(seconds: int) -> datetime:
    """Return a moment before now."""
    return b.NOW - timedelta(seconds=seconds)


def started(n: int, seconds: int, **changes: Any) -> TaskView:
    """Return a task of ours that started so many seconds ago."""
    return b.task(n, started_at=ago(seconds), **changes)


def older(n: int, seconds: int, **changes: Any) -> TaskView:
    """Return a task of before, stopped so many seconds ago."""
    known: dict[str, Any] = {"last_status": "STOPPED", "desired_status": "STOPPED", "stopped_at": ago(seconds)}
    scaled = {"stop_code": "ServiceSchedulerInitiated", "stopped_reason": "Scaling activity initiated"}
    of = {"task_definition": b.OLD_REVISION, "started_by": b.OLD}
    return b.task(n, **{**of, **known, **scaled, **changes})


def died(n: int, lived: int, seconds: int) -> TaskView:
    """Return a task of ours that exited by itself so many seconds ago, after it had lived."""
    return b.stopped(n, started_at=ago(seconds + lived), stopped_at=ago(seconds))


def held(*tasks: TaskView, desired: int = 2, wanted: int = 2) -> steadiness.Held:
    """Judge these tasks of a service."""
    judged = replace(JUDGED, deployment=replace(JUDGED.deployment, desired_count=wanted))
    look = b.look(service=b.service(desired=desired, target_groups=()), tasks=tasks, targets=())
    return steadiness.assess(look, judged, 60, b.NOW)


TWO = (started(1, 61), started(2, 60))
CASES: dict[str, tuple[tuple[TaskView, ...], str]] = {
    "both run long enough": (TWO, "PASS STEADY"),
    "one is a second short": ((started(1, 61), started(2, 59)), "WAIT STEADYING"),
    "one has no start time": ((started(1, 61), b.task(2)), "WAIT STEADYING"),
    "an older task still runs": ((*TWO, older(3, 0, last_status="RUNNING", stopped_at=None)), "WAIT OLDER_TASK_RUNS"),
    "an older task still stops": ((*TWO, older(3, 99, last_status="STOPPING")), "WAIT OLDER_TASK_RUNS"),
    "the last older task stopped a moment ago": ((*TWO, older(3, 59)), "WAIT STEADYING"),
    "the last older task stopped long ago": ((*TWO, older(3, 60)), "PASS STEADY"),
    "a task exited a moment ago, and others are enough": ((*TWO, died(3, 5, 59)), "WAIT STEADYING"),
    "a task exited, and its place is taken": ((*TWO, died(3, 5, 60)), "PASS STEADY"),
    "a task exited after 100 s, so 60 s say nothing": ((*TWO, died(3, 100, 100)), "WAIT STEADYING"),
    "a task exited after 100 s, long ago": ((started(1, 111), started(2, 120), died(3, 100, 111)), "PASS STEADY"),
    "a task exited after 100 s, and 109 s say nothing either": (
        (started(1, 109), started(2, 120), died(3, 100, 109)),
        "WAIT STEADYING",
    ),
    "a task exited, and when it started is not known": ((*TWO, b.stopped(3, stopped_at=ago(60))), "PASS STEADY"),
    "a task of ours started long ago and does not run": (
        (TWO[0], started(2, 60, last_status="PENDING")),
        "WAIT STEADYING",
    ),
    "Spot took a task": ((*TWO, older(3, 9, task_definition=b.REVISION, started_by=b.OURS)), "PASS STEADY"),
}


@pytest.mark.parametrize(("tasks", "code"), CASES.values(), ids=CASES.keys())
def test_table(tasks: tuple[TaskView, ...], code: str) -> None:
    """A task that may soon stop again, or an older one that still works, is waited for."""
    verdict = held(*tasks).verdict
    assert f"{verdict.state} {verdict.code}" == code
    assert b.is_bounded(verdict)


@pytest.mark.parametrize(
    ("desired", "young", "state"),
    [(1, 1, "WAIT"), (10, 1, "WAIT"), (100, 2, "PASS"), (100, 3, "WAIT"), (1000, 20, "PASS"), (1000, 21, "WAIT")],
)
def test_share_of_young_tasks(desired: int, young: int, state: str) -> None:
    """Of a hundred Spot tasks one is always new: one in fifty may be younger, and none of fewer than fifty."""
    tasks = [started(n, 5 if n < young else 500) for n in range(desired)]
    assert held(*tasks, desired=desired, wanted=desired).verdict.state == State(state)


def test_tasks_that_auto_scaling_added_may_be_younger() -> None:
    """A worker that scales with its queue gets tasks all the time: they must not move the steady time for ever."""
    assert held(*TWO, started(3, 5), started(4, 5), desired=4, wanted=2).verdict.state == State.PASS
    assert held(*TWO[:1], started(3, 5), started(4, 5), desired=3, wanted=2).verdict.state == State.WAIT


def test_waits_as_long_as_is_missing() -> None:
    """Nobody looks ten times at what takes a known time, and no wait is longer than the poll."""
    assert held(started(1, 61), started(2, 55)).verdict.retry_after == 5
    assert held(started(2, 55), started(1, 61)).verdict.retry_after == 5
    assert held(started(1, 61), started(2, 59)).verdict.retry_after == 1
    assert held(started(1, 61), started(2, 1)).verdict.retry_after == JUDGED.release.limits.smoke_interval_seconds


def test_a_timeout_names_the_older_task() -> None:
    """Whoever reads why the release was taken back learns which task did not stop."""
    reason = held(*TWO, older(7, 0, last_status="STOPPING")).verdict.reason
    assert "1 older tasks are still there: 7 STOPPING; the new ones are not alone yet" in reason


def test_the_steady_time_never_outgrows_the_looks() -> None:
    """A task that lived for hours before it exited does not make a release wait for hours."""
    settling = JUDGED.release.limits.settling_seconds
    tasks = (started(1, settling), started(2, settling), died(3, 9000, settling))
    assert held(*tasks).verdict.state == State.PASS


@pytest.mark.parametrize(
    ("tasks", "desired", "wanted", "reason"),
    [
        (TWO[:1], 1, 1, "1 tasks have run for 60 s without a stop"),
        (TWO, 2, 2, "2 tasks have run for 60 s without a stop"),
        ((*TWO, started(3, 5), started(4, 5)), 4, 2, "2 tasks have run for 60 s without a stop, 2 younger"),
        ((TWO[0], started(3, 5), started(4, 5)), 3, 1, "1 tasks have run for 60 s without a stop, 2 younger"),
        ((TWO[0], started(3, 5)), 2, 0, "1 of 2 tasks have run for 60 s; 60 s are needed without a stop"),
        ((), 0, 2, "0 of 1 tasks have run for 60 s; 60 s are needed without a stop"),
    ],
    ids=["one", "two", "auto scaling added two", "two more than one", "from none to two", "none is wanted"],
)
def test_how_many_have_run_is_told(tasks: tuple[TaskView, ...], desired: int, wanted: int, reason: str) -> None:
    """Nothing is steady without one task that is; beyond that, as many as the deployment began with must be."""
    assert held(*tasks, desired=desired, wanted=wanted).verdict.reason == reason
