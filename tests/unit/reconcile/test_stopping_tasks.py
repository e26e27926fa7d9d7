"""If the tasks of a live release keep stopping by themselves, a finding is raised. Other stops raise none."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from landfall.ledger import deployment_record
from landfall.model import Outcome
from landfall.proof.observed import TaskView
from landfall.reconcile import LOOK_EVERY, stopping_tasks
from landfall.reconcile.findings import Kind
from tests.support import builders as b

SIZES = {1: 3, 10: 3, 12: 3, 13: 4, 100: 25, 1000: 250, 5000: 500}


def died(*minutes: float, **changes: Any) -> tuple[TaskView, ...]:
    """Return tasks that crashed so many minutes ago."""
    return tuple(b.stopped(n, stopped_at=b.NOW - timedelta(minutes=ago), **changes) for n, ago in enumerate(minutes))


def evenly(count: int, over: float = 50) -> tuple[TaskView, ...]:
    """Return so many crashes, evenly over the last minutes."""
    return died(*(over * n / max(1, count - 1) for n in range(count)))


def record(outcome: Outcome = Outcome.SUCCEEDED, **changes: Any) -> dict[str, Any]:
    """Return what the last deployment left, two hours ago."""
    return {**deployment_record.closed(b.ended(outcome), b.NOW - timedelta(hours=2)), **changes}


def seen(
    stopped: Iterable[TaskView], desired: int = 2, raised: bool = False, last: dict[str, Any] | None = None
) -> bool:
    """Say whether it is called dying."""
    looked = stopping_tasks.assess(b.service(desired=desired), stopped, last or record(), b.NOW, raised=raised)
    assert looked.kinds == {Kind.RELEASE_DYING}
    return bool(looked.seen)


@pytest.mark.parametrize(("desired", "least"), SIZES.items())
def test_the_threshold_follows_the_size(desired: int, least: int) -> None:
    """Three up to twelve tasks, a quarter of more: tasks that live under four hours on average keep dying."""
    assert stopping_tasks.threshold(desired) == least
    assert seen(evenly(least), desired)
    assert not seen(evenly(least - 1), desired)


@pytest.mark.parametrize("desired", [1, 10, 100, 1000])
def test_tasks_that_die_once_a_day_are_no_finding(desired: int) -> None:
    """A memory leak ends each task once a day: a twenty-fourth of them in an hour."""
    assert not seen(evenly(-(-desired // 24)), desired)


STEADY = {
    "one moment took them all down": died(1, 2, 3, 4, 5),
    "over by the second look": died(16, 20, 25, 30),
    "before the last hour": died(61, 70, 80, 90),
    "stopped by the scheduler": died(1, 10, 20, 30, stop_code="ServiceSchedulerInitiated", stopped_reason="Scaling"),
    "interrupted": died(1, 10, 20, 30, stop_code="SpotInterruption"),
    "stopped by a person": died(1, 10, 20, 30, stop_code="UserInitiated"),
    "of another deployment": died(1, 10, 20, 30, started_by="ecs-svc/other"),
    "nobody knows when": tuple(b.stopped(n) for n in range(9)),
    "none": (),
}


@pytest.mark.parametrize("stopped", STEADY.values(), ids=STEADY)
def test_what_says_nothing_of_the_release(stopped: tuple[TaskView, ...]) -> None:
    """Short troubles, and stops that are not its own (law 8)."""
    assert not seen(stopped)


def test_a_trouble_shorter_than_two_looks_is_never_raised() -> None:
    """At the look after, its last stop is older than a look: a finding takes two looks that see it."""
    trouble = died(0, 4, 8, 12)
    assert seen(trouble)
    later = [b.stopped(n, stopped_at=t.stopped_at - LOOK_EVERY) for n, t in enumerate(trouble) if t.stopped_at]
    assert seen(died(1, 5, 9, 13))
    assert not seen([t for t in later if t.stopped_at and t.stopped_at < b.NOW - LOOK_EVERY])


def test_what_stopped_while_it_was_deployed_was_judged_then() -> None:
    """Crashes that a rollout made up for are not counted again afterwards."""
    assert seen(died(1, 10, 20), last=record(ended_at=(b.NOW - timedelta(minutes=30)).isoformat()))
    assert not seen(died(1, 10, 20), last=record(ended_at=(b.NOW - timedelta(minutes=15)).isoformat()))


@pytest.mark.parametrize(("minutes", "open_still"), [(29, True), (31, False)])
def test_it_stays_raised_until_no_task_stopped_for_half_an_hour(minutes: int, open_still: bool) -> None:
    """ECS may wait 27 minutes between two tries to start a task: that is no recovery."""
    assert seen(died(minutes), raised=True) is open_still


def test_only_what_a_deployment_left_live_is_judged() -> None:
    """Of what somebody deployed by hand there is another finding."""
    assert not seen(died(1, 10, 20), last=record(task_definition=b.OTHER_REVISION))
    rolled_back = record(Outcome.ROLLED_BACK, restored_to=b.REVISION)
    assert seen(died(1, 10, 20), last=rolled_back)
    assert not stopping_tasks.assess(b.service(), died(1, 10, 20), None, b.NOW, raised=False).seen
    other = b.service(b.ecs_deployment(status="ACTIVE"))
    assert not stopping_tasks.assess(other, died(1, 10, 20), record(), b.NOW, raised=False).seen


def test_the_finding_says_what_dies_how_often_and_why() -> None:
    """The revision, the last time, the container with its exit code, and how many run."""
    (found,) = stopping_tasks.assess(b.service(running=1), died(1, 10, 20), record(), b.NOW, raised=False).seen
    assert found.subject == b.REVISION
    for words in ("3 tasks of revision sample:2", "1 of 2 run", "container 'app' exited with code 1", "03:03:05"):
        assert words in found.what


@pytest.mark.parametrize("ended_at", [None, "yesterday", (b.NOW - timedelta(hours=2)).replace(tzinfo=None).isoformat()])
def test_an_end_that_can_not_be_read_hides_no_crash(ended_at: str | None) -> None:
    """The stops of the last hour count then, as they do after a deployment of long ago."""
    assert seen(evenly(5), last=record(ended_at=ended_at))
