"""What a look at a migration's task says: it runs, it ended, and whether the database may have been changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall.migration import judgement
from landfall.migration.migration import Migration, Stage
from landfall.model import State
from landfall.proof.observed import TaskView
from landfall.settings import migration as settings
from tests.support import builders as b

POLL = 5
TASK = "arn:aws:ecs:us-east-1:123456789012:task/c/migration"
STARTED = Migration(
    Stage.STARTED,
    intended_at=b.NOW.isoformat(),
    revision=b.REVISION,
    container="app",
    timeout_seconds=900,
    task=TASK,
    asked_at=b.NOW.isoformat(),
)
BY_ITSELF = "EssentialContainerExited"


def task(code: int | None = None, stop_code: str = BY_ITSELF, *, ran: bool = True, **changes: Any) -> TaskView:
    """Return the migration's task, stopped with this exit code."""
    known = {
        "arn": TASK,
        "last_status": "STOPPED",
        "desired_status": "STOPPED",
        "stop_code": stop_code,
        "stopped_reason": "as AWS says it",
        "containers": (b.container(exit_code=code),),
        "started_at": b.NOW if ran else None,
        "stopped_at": b.NOW,
    }
    return b.task(**{**known, **changes})


def unpulled(reason: str) -> TaskView:
    """Return a task on EC2 whose container has no exit code and never ran, for a reason of its own."""
    return task(ran=False, containers=(b.container(reason=reason),))


STOPPED = {
    "ended with 0": (task(0), Stage.RAN),
    "ended with 0 and RUNNING was never seen": (task(0, ran=False), Stage.RAN),
    "ended with 1": (task(1), Stage.FAILED),
    "without an exit code": (task(None), Stage.FAILED),
    "no exit code, RUNNING never seen": (task(None, ran=False), Stage.FAILED),
    "stopped by somebody, with 0": (task(0, "UserInitiated"), Stage.FAILED),
    "stopped by somebody before its container ran": (task(None, "UserInitiated", ran=False), Stage.NEVER_STARTED),
    "no image to pull": (task(None, "TaskFailedToStart", ran=False), Stage.NEVER_STARTED),
    "no image to pull, on EC2": (unpulled("CannotPullContainerError: not found"), Stage.NEVER_STARTED),
    "no such command": (unpulled("CannotStartContainerError: not found in $PATH"), Stage.NEVER_STARTED),
    "no container could be made": (unpulled("CannotCreateContainerError: no space left"), Stage.NEVER_STARTED),
    "Docker did not answer": (unpulled("DockerTimeoutError: Could not transition to started"), Stage.FAILED),
    "it ran, and its next container had no image": (
        task(None, containers=(b.container(reason="CannotPullContainerError: not found"),)),
        Stage.FAILED,
    ),
    "failed to start, and has an exit code": (task(1, "TaskFailedToStart", ran=False), Stage.FAILED),
    "Spot took it": (task(None, "SpotInterruption"), Stage.FAILED),
    "Spot took it, with 0": (task(0, "SpotInterruption"), Stage.FAILED),
    "its container is not listed": (task(containers=()), Stage.FAILED),
    "another container ended with 0": (task(containers=(b.container(name="log", exit_code=0),)), Stage.FAILED),
}


@pytest.mark.parametrize(("view", "stage"), STOPPED.values(), ids=STOPPED)
def test_how_a_task_ended(view: TaskView, stage: Stage) -> None:
    """Only exit code 0 of a task that ended by itself is a success, and only a container that never ran did no harm."""
    looked = judgement.judge(STARTED, view, b.NOW, POLL)
    assert looked.migration.stage == stage
    assert (looked.verdict, looked.stop) == (None, False)
    verdict = judgement.conclusion(looked.migration)
    assert (verdict.state == State.PASS) == (stage == Stage.RAN)
    assert ("the database was not touched" in verdict.reason) == (stage == Stage.NEVER_STARTED)
    assert ("may have been changed" in verdict.reason) == (stage == Stage.FAILED)


@pytest.mark.parametrize("stop_code", ["SpotInterruption", "TerminationNotice", "InfrastructureHealth"])
def test_an_interruption_is_called_one(stop_code: str) -> None:
    """The image can't cause a Spot interruption: the code says so, and the release is rejected all the same."""
    looked = judgement.judge(STARTED, task(None, stop_code), b.NOW, POLL)
    assert judgement.conclusion(looked.migration).code == "MIGRATION_INTERRUPTED"
    late = judgement.judge(replace(STARTED, stop_asked_at=b.NOW.isoformat()), task(None, stop_code), b.NOW, POLL)
    assert judgement.conclusion(late.migration).code == "MIGRATION_TIMED_OUT"


@pytest.mark.parametrize(
    ("stage", "code"),
    [
        (Stage.RAN, "MIGRATED"),
        (Stage.FAILED, "MIGRATION_FAILED"),
        (Stage.TIMED_OUT, "MIGRATION_TIMED_OUT"),
        (Stage.NEVER_STARTED, "MIGRATION_NOT_STARTED"),
        (Stage.UNKNOWN, "MIGRATION_UNKNOWN"),
        (Stage.STARTED, "MIGRATION_UNKNOWN"),
    ],
)
def test_each_end_has_a_code(stage: Stage, code: str) -> None:
    """Programs and runbooks read it; an end that was never seen is UNKNOWN."""
    assert judgement.conclusion(replace(STARTED, stage=stage)).code == code


def test_what_the_task_leaves_is_kept_at_the_first_look() -> None:
    """ECS forgets a task an hour after it stopped: exit code, stop code and both reasons are kept."""
    view = task(137, containers=(b.container(exit_code=137, reason="OutOfMemoryError"),))
    known = judgement.judge(STARTED, view, b.NOW, POLL).migration
    assert (known.exit_code, known.stop_code, known.stopped_reason) == (137, BY_ITSELF, "as AWS says it")
    assert (known.container_reason, known.stopped_at) == ("OutOfMemoryError", b.NOW.isoformat())
    reason = judgement.conclusion(known).reason
    assert all(part in reason for part in ("137", BY_ITSELF, "as AWS says it", "OutOfMemoryError", TASK))


def running(**changes: Any) -> TaskView:
    """Return the task while it runs."""
    return task(last_status="RUNNING", desired_status="RUNNING", stop_code="", stopped_at=None, **changes)


def test_a_task_is_stopped_at_its_limit_and_waited_for() -> None:
    """It is asked to stop at each look until it has, since a call may be lost; what it wrote on its way out is kept."""
    late = b.NOW + timedelta(seconds=900)
    first = judgement.judge(STARTED, running(), late, POLL)
    assert first.stop
    assert first.verdict
    assert first.verdict.code == "MIGRATION_STOPPING"
    second = judgement.judge(first.migration, running(), late + timedelta(seconds=30), POLL)
    assert (second.stop, second.verdict and second.verdict.state) == (True, State.WAIT)
    assert second.verdict
    assert second.verdict.code == "MIGRATION_STOPPING"
    ended = judgement.judge(first.migration, task(137, "UserInitiated"), late + timedelta(seconds=40), POLL)
    assert ended.migration.stage == Stage.TIMED_OUT
    assert "longer than 900 s" in judgement.conclusion(ended.migration).reason


def test_a_task_that_ended_by_itself_while_it_was_to_be_stopped_ran() -> None:
    """Its end and our call crossed: exit code and stop code are AWS's, and they say that it ended."""
    stopping = replace(STARTED, stop_asked_at=b.NOW.isoformat())
    assert judgement.judge(stopping, task(0), b.NOW, POLL).migration.stage == Stage.RAN
    assert judgement.judge(stopping, task(2), b.NOW, POLL).migration.stage == Stage.FAILED


def test_a_task_that_does_not_stop_is_unknown() -> None:
    """Nobody can say how it ends, so nobody says it: a person reads why, and how to stop it."""
    stopping = replace(STARTED, stop_asked_at=b.NOW.isoformat(), stopped_reason="AccessDeniedException")
    later = b.NOW + timedelta(seconds=settings.STOPPING_SECONDS + 1)
    assert judgement.judge(stopping, running(), later - timedelta(seconds=1), POLL).migration.stage == Stage.STARTED
    lost = judgement.judge(stopping, running(), later, POLL).migration
    assert lost.stage == Stage.UNKNOWN
    assert "may still run (AccessDeniedException)" in lost.stopped_reason
    assert f"aws ecs stop-task --cluster c --task {TASK}" in lost.stopped_reason


def test_a_task_that_is_not_known_is_looked_for_again() -> None:
    """ECS's reads may be late; five minutes later nobody can find out how it ended."""
    first = judgement.judge(STARTED, None, b.NOW, POLL)
    assert first.verdict
    assert first.verdict.code == "MIGRATION_MISSING"
    found = judgement.judge(first.migration, running(), b.NOW + timedelta(minutes=1), POLL)
    assert found.migration.missing_since == ""
    last = judgement.judge(first.migration, None, b.NOW + timedelta(seconds=299), POLL)
    assert last.verdict == first.verdict
    lost = judgement.judge(first.migration, None, b.NOW + timedelta(minutes=5), POLL)
    assert (lost.verdict, judgement.conclusion(lost.migration).code) == (None, "MIGRATION_UNKNOWN")


def test_a_task_that_can_not_be_read_is_looked_for_again() -> None:
    """A right that is missing for a moment decides nothing; after five minutes it is UNKNOWN, with AWS's words."""
    first = judgement.judge(STARTED, None, b.NOW, POLL, "AccessDeniedException")
    assert first.verdict
    assert (first.verdict.code, first.verdict.reason) == ("MIGRATION_MISSING", "AccessDeniedException")
    lost = judgement.judge(first.migration, None, b.NOW + judgement.MISSING_FOR, POLL, "AccessDeniedException")
    verdict = judgement.conclusion(lost.migration)
    assert (verdict.code, "AccessDeniedException" in verdict.reason) == ("MIGRATION_UNKNOWN", True)


INTENDED = replace(STARTED, stage=Stage.INTENDED, task="", asked_at="")
KEPT = timedelta(hours=1)
UNFOUND = {
    "the first look": (75, False, Stage.INTENDED),
    "the second look": (80, True, Stage.NEVER_STARTED),
    "just within the hour": (3599, True, Stage.NEVER_STARTED),
    "after an hour": (3600, True, Stage.UNKNOWN),
    "after an hour, the first look": (7200, False, Stage.UNKNOWN),
}


@pytest.mark.parametrize(("seconds", "sure", "stage"), UNFOUND.values(), ids=UNFOUND)
def test_an_intent_without_a_task(seconds: int, sure: bool, stage: Stage) -> None:
    """ECS lists a stopped task for an hour: within it no task means none; later nobody can know."""
    looked = judgement.unfound(INTENDED, b.NOW + timedelta(seconds=seconds), KEPT, POLL, sure=sure)
    assert looked.migration.stage == stage
    assert (looked.verdict.code if looked.verdict else "") == ("MIGRATION_SOUGHT" if stage == Stage.INTENDED else "")
    assert bool(looked.migration.stopped_reason) is (stage != Stage.INTENDED)


@pytest.mark.parametrize(("run", "wait"), [(0, 5), (99, 5), (100, 5), (300, 15), (600, 30), (890, 10), (899, 1)])
def test_a_long_migration_is_looked_at_more_rarely(run: int, wait: int) -> None:
    """A look costs events of the execution; at the limit there is one in any case."""
    looked = judgement.judge(STARTED, running(), b.NOW + timedelta(seconds=run), POLL)
    assert looked.verdict
    assert (looked.verdict.code, looked.verdict.retry_after) == ("MIGRATION_RUNNING", wait)


@given(run=st.integers(0, 21_600), limit=st.integers(1, 21_600), poll=st.integers(1, 60))
def test_the_waits_end_in_time(run: int, limit: int, poll: int) -> None:
    """No wait goes past the limit, none is longer than half a minute or the setting, and none is zero."""
    known = replace(STARTED, timeout_seconds=limit)
    looked = judgement.judge(known, running(), b.NOW + timedelta(seconds=run), poll)
    assert looked.stop == (run >= limit)
    if not looked.stop:
        assert looked.verdict
        assert 1 <= looked.verdict.retry_after <= max(poll, settings.LONGEST_WAIT)
        assert run + looked.verdict.retry_after <= limit


@given(seconds=st.integers(1, 21_600), poll=st.integers(1, 60))
def test_there_are_enough_looks_and_not_too_many(seconds: int, poll: int) -> None:
    """The looks that the machine counts last for the whole time, and fit into an execution's 25,000 events."""
    count, now = 0, 0
    while now < seconds:
        looked = judgement.judge(
            replace(STARTED, timeout_seconds=seconds), running(), b.NOW + timedelta(seconds=now), poll
        )
        assert looked.verdict
        now += looked.verdict.retry_after
        count += 1
    looks = settings.looks(seconds + settings.STOPPING_SECONDS, poll)
    assert count < looks
    assert looks * 9 < 20_000
