"""When the stopped tasks need no look: every task that ECS says it started for our deployment still runs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall.proof import still_running, task_listing
from landfall.proof.observed import ServiceEvent, ServiceView
from tests.support import builders as b

OURS = b.deployment(updated_at=b.NOW.isoformat())
BEFORE = ServiceEvent("old", "(service sample) has started 1 tasks: (task 00).", b.NOW - timedelta(minutes=5))


def started(*ids: str, count: int | None = None, seconds: int = 0) -> ServiceEvent:
    """Return ECS's word that it started tasks. `count` is the number that it says, where it is another."""
    named = " ".join(f"(task {one})" for one in ids)
    told = f"(service sample, taskSet ecs-svc/1) has started {len(ids) if count is None else count} tasks: {named}."
    return ServiceEvent("", told, b.NOW + timedelta(seconds=seconds))


def service(*events: ServiceEvent, running: int = 2, pending: int = 0, failed: int = 0) -> ServiceView:
    """Return the service after the update, with its events, the newest first."""
    ours = b.ecs_deployment(id=OURS.id, running=running, pending=pending, failed_tasks=failed)
    return b.service(ours, events=(*events, BEFORE))


def certain(view: ServiceView, *running: str) -> bool:
    """Ask about tasks of these ids."""
    return still_running.is_certain(view, [f"arn:aws:ecs:r:1:task/c/{one}" for one in running], OURS)


ALL = started("a1", "b2")
LOOKS: dict[str, tuple[ServiceView, tuple[str, ...], bool]] = {
    "all that were started run": (service(ALL), ("a1", "b2"), True),
    "one is pending": (service(ALL, running=1, pending=1), ("a1", "b2"), True),
    "they were started one by one": (service(started("b2", seconds=9), started("a1")), ("a1", "b2"), True),
    "older tasks run, too": (service(ALL), ("00", "a1", "b2"), True),
    "one has stopped": (service(ALL, running=1), ("a1",), False),
    "one has stopped, and the counts are late": (service(ALL), ("a1",), False),
    "one has stopped and was replaced": (service(started("c3", seconds=9), ALL), ("b2", "c3"), False),
    "one was replaced, and the event is late": (service(ALL), ("b2", "c3"), False),
    "one was replaced, and the list is late": (service(started("c3", seconds=9), ALL), ("a1", "b2"), False),
    "one failed": (service(ALL, failed=1), ("a1", "b2"), False),
    "the events are not there yet": (service(), ("a1", "b2"), False),
    "an event is late": (service(started("a1")), ("a1", "b2"), False),
    "an event does not name all": (service(started("a1", count=2), running=1), ("a1",), False),
    "the service is at another deployment": (b.service(b.ecs_deployment(id=b.OTHER), events=(ALL,)), ("a1",), False),
    "the events may not reach back": (service(ALL, *[ServiceEvent("", "…", b.NOW)] * 99), ("a1", "b2"), False),
}


@pytest.mark.parametrize("name", LOOKS)
def test_what_one_look_tells(name: str) -> None:
    """Stopped tasks are left out only where ECS accounts for every task of the deployment."""
    view, running, wanted = LOOKS[name]
    assert certain(view, *running) is wanted


def test_a_task_of_before_the_update_is_not_asked_for() -> None:
    """The events of older deployments say nothing about ours."""
    view = service(started("00", seconds=-11), ALL)
    assert certain(view, "a1", "b2")
    assert not certain(service(started("x9", seconds=-9), ALL), "a1", "b2"), "the clocks may differ by so much"
    assert timedelta(seconds=9) < task_listing.CLOCKS < timedelta(seconds=11)


@given(st.sets(st.integers(0, 30), min_size=1, max_size=12), st.data())
def test_no_stop_of_a_task_that_ecs_announced_is_overlooked(tasks: set[int], data: st.DataObject) -> None:
    """Law 1's look leaves the stopped tasks out in no case in which an announced task has stopped."""
    stopped = data.draw(st.sets(st.sampled_from(sorted(tasks)), min_size=1))
    counted = data.draw(st.integers(0, len(tasks)))
    batches = [started(f"{one:x}", seconds=data.draw(st.integers(0, 60))) for one in tasks]
    view = service(*batches, running=counted, pending=len(tasks) - counted)
    assert not certain(view, *(f"{one:x}" for one in tasks - stopped))
    assert certain(view, *(f"{one:x}" for one in tasks))
