"""When a look lists the tasks: at each sign of a stop, never late, and seldom while nothing happens."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall.judging import Counted
from landfall.proof import task_listing
from landfall.proof.observed import ServiceEvent, ServiceView
from tests.support import builders as b

POLL = 5
UPDATED = b.NOW
ROLLING = b.deployment(updated_at=UPDATED.isoformat(), deadline=(b.NOW + timedelta(seconds=7200)).isoformat())


def service(
    running: int, pending: int = 0, failed: int = 0, starts: tuple[int, ...] = (), old: int = 0, **changes: Any
) -> ServiceView:
    """Return the service while our rollout goes on. `starts` are ECS's announcements, the oldest first."""
    known = {"rollout_state": "IN_PROGRESS", "running": running, "pending": pending, "failed_tasks": failed}
    before = ServiceEvent("old", f"(service sample) has started {old} tasks.", UPDATED - timedelta(seconds=11))
    said = [f"(service sample) has started {some} tasks." for some in starts]
    events = (before, *(ServiceEvent(f"e{n}", text, UPDATED) for n, text in enumerate(said)))
    return b.service(b.ecs_deployment(**{**known, **changes}), events=events[::-1])


class Looks:
    """Looks at a rollout, one after the other."""

    def __init__(self, every: int = POLL) -> None:
        self.every, self.number = every, 0
        self.counted: Counted | None = None

    def look(self, view: ServiceView) -> bool:
        """Look, and say whether the tasks were listed."""
        now = b.NOW + timedelta(seconds=self.every * self.number)
        self.number += 1
        self.counted = task_listing.count(view, ROLLING, self.counted)
        due = task_listing.is_due(view, ROLLING, self.counted, now, self.every)
        if due:
            self.counted = task_listing.listed(self.counted, now, "")
        return due


SEQUENCES: dict[str, tuple[list[ServiceView], str]] = {
    "nothing happens": ([service(1, 1)] * 5, "....."),
    "tasks come up": ([service(0, 2), service(1, 1), service(2), service(2)], "...."),
    "a task stops": ([service(2), service(1), service(1), service(1)], ".xx."),
    "a task stopped before the first look": ([service(0, 2, starts=(2, 1)), service(0, 2, starts=(2, 1))], "xx"),
    "a task is replaced": ([service(2, starts=(2,)), *[service(2, starts=(2, 1))] * 3], ".xx."),
    "more tasks start, none stops": ([service(2, starts=(2,)), service(4, starts=(2, 2))], ".."),
    "tasks start, and one of those before stops": ([service(2, starts=(2,)), service(3, starts=(2, 2))], ".x"),
    "a task fails to start": ([service(0, 2), *[service(0, 2, failed=1)] * 3], ".xx."),
    "a task failed to start before the first look": ([service(0, 2, failed=1)] * 3, "xx."),
    "a task gets well, and the count starts again": ([service(0, 2, failed=1), *[service(1, 1)] * 3], "xxx."),
    "the counts come before the announcement": ([service(0), service(2), service(2, starts=(2,))], "..x"),
    "older tasks were started before the update": ([service(0, 2, old=5), service(0, 2, old=5)], ".."),
    "the rollout completes": ([service(2), service(2, rollout_state="COMPLETED")], ".x"),
    "the rollout fails": ([service(0, 2), service(0, 2, rollout_state="FAILED")], ".x"),
    "somebody deploys over it": ([service(2), service(2, id=b.OTHER)], ".x"),
}


@pytest.mark.parametrize("name", SEQUENCES)
def test_a_sign_of_a_stop_is_followed_by_two_lists(name: str) -> None:
    """A crash loop is seen as soon as before, and a quiet rollout costs one call a look."""
    views, wanted = SEQUENCES[name]
    looks = Looks()
    assert "".join("x" if looks.look(view) else "." for view in views) == wanted


@pytest.mark.parametrize(("tasks", "seconds"), [(1, 60), (10, 60), (100, 60), (1_000, 60), (2_000, 120), (10_000, 600)])
def test_a_quiet_rollout_is_listed_in_proportion_to_its_size(tasks: int, seconds: int) -> None:
    """Ten pages a minute at most, and once a minute at least up to a thousand tasks."""
    looks = Looks()
    listed = [number * POLL for number in range(600 // POLL + 1) if looks.look(service(tasks))]
    assert listed == list(range(seconds, 601, seconds))


@pytest.mark.parametrize(("tasks", "apart"), [(1, 1), (100, 1), (101, 2), (1_000, 10)])
def test_a_large_service_in_trouble_is_not_listed_at_each_look(tasks: int, apart: int) -> None:
    """As many looks lie between two lists as a list has pages: the account's other deployments go on."""
    looks = Looks()
    listed = [n for n in range(41) if looks.look(service(tasks - n % 2))]
    assert all(after - before >= apart or before == 0 for before, after in itertools.pairwise(listed))
    assert len(listed) >= 40 // max(apart, 2)


def test_a_deployment_past_its_deadline_is_listed() -> None:
    """The timeout says which older tasks are left."""
    counted = Counted(b.OURS, 0, -2, 0, "", b.NOW.isoformat())
    late = b.deployment(deadline=b.NOW.isoformat())
    assert task_listing.is_due(service(2), late, counted, b.NOW, POLL)


def test_what_the_list_said_stays_until_the_next_one() -> None:
    """A person who follows the rollout reads what is left at every look, redacted as everything is."""
    looks = Looks()
    looks.look(service(2))
    looks.counted = task_listing.listed(looks.counted, b.NOW, "; password=hunter2hunter2 of an older task")
    assert looks.counted
    assert "hunter2" not in looks.counted.said
    looks.look(service(2))
    assert looks.counted.said.endswith("of an older task")


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=30), st.booleans())
def test_no_stop_goes_unlisted(steps: list[tuple[int, int]], announced: bool) -> None:
    """Whatever starts and stops between two looks: where a stop is announced, or the count falls, a list follows."""
    looks, alive, starts = Looks(), 3, (3,) if announced else ()
    looks.look(service(alive, starts=starts))
    for start, some in steps:
        stop = min(some, alive)
        alive, starts = alive + start - stop, (*starts, start) if announced and start else starts
        due = looks.look(service(alive, starts=starts))
        assert due or not stop or (not announced and start >= stop)
