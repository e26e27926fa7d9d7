"""Every service gets its turn, and each of its turns counts: fairness of the runs, at any size and any speed."""

from __future__ import annotations

import math
from collections import Counter
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall.reconcile import BUDGET, LONGEST, LOOK_EVERY, call_rate, turns
from landfall.reconcile.call_rate import BURST, RATE, Pace
from landfall.reconcile.turns import BATCH, WHOLE_EVERY, Cursor, Turn
from landfall.settings import Service
from tests.support import builders as b

SIZES = [1, 10, 100, 1000]


@cache
def services(count: int, clusters: int = 3) -> list[Service]:
    """Return so many services, in clusters that are mixed."""
    return [b.settings_of(name=f"s{n:04}", cluster=f"c{n % clusters}") for n in range(count)]


def names(found: list[Turn]) -> list[str]:
    """Return the services in their order."""
    return [turn.service.name for turn in found]


@given(st.integers(1, 25), st.data())
def test_each_service_is_looked_at_within_as_many_runs_as_time_allows(count: int, data: st.DataObject) -> None:
    """Time for `least` of `count` services, and now and then for more: none waits longer than ceil(count / least)."""
    known, cursor = services(count), Cursor()
    least = data.draw(st.integers(1, count))
    waited: Counter[str] = Counter()
    for _ in range(6):
        order = names(turns.in_turn(known, cursor))
        others = data.draw(st.sets(st.sampled_from(order)))
        done = {*order[:least], *others}
        for name in order:
            waited[name] = 0 if name in done else waited[name] + 1
        cursor = turns.after(cursor, known, done)
        assert max(waited.values()) < math.ceil(count / least)


@pytest.mark.parametrize("count", SIZES)
def test_a_run_that_reaches_all_begins_at_the_same_place(count: int) -> None:
    """No shift by one: the cursor moves only past what was looked at."""
    known = services(count)
    order = names(turns.in_turn(known, Cursor()))
    assert turns.after(Cursor(), known, set(order)) == Cursor("", 1)
    half = Cursor(order[count // 2], 5)
    assert turns.after(half, known, set(order)).round == 6
    assert names(turns.in_turn(known, half))[0] == order[count // 2]
    assert turns.after(half, known, set()) == half or count == 1


@pytest.mark.parametrize("count", SIZES)
def test_all_records_of_each_service_are_read_once_in_so_many_rounds(count: int) -> None:
    """Also where each run has time for a part of the services only."""
    known, cursor = services(count), Cursor()
    part, whole = math.ceil(count / 2.5), Counter[str]()
    while cursor.round < 2 * WHOLE_EVERY:
        order = turns.in_turn(known, cursor)[:part]
        whole.update(turn.service.name for turn in order if turn.whole)
        cursor = turns.after(cursor, known, set(names(order)))
    assert set(whole) == {service.name for service in known}
    assert max(whole.values()) <= 3


def test_a_service_that_was_taken_out_leaves_no_gap() -> None:
    """The run begins at the first one: what is configured now is looked at, all of it."""
    known = services(5)
    assert names(turns.in_turn(known, Cursor("gone", 3))) == names(turns.in_turn(known, Cursor("", 3)))
    assert turns.in_turn([], Cursor("gone", 3)) == []
    assert turns.after(Cursor("gone", 3), [], set()) == Cursor("", 4)


@pytest.mark.parametrize("count", SIZES)
def test_a_batch_is_of_one_cluster_and_of_ten_at_most(count: int) -> None:
    """Nobody is left out, and no more calls are made than are needed."""
    known = services(count)
    found = turns.batches(turns.in_turn(known, Cursor(known[count // 3].name)))
    assert sorted(turn.service.name for batch in found for turn in batch) == [service.name for service in known]
    assert all(len({turn.service.cluster for turn in batch}) == 1 for batch in found)
    assert all(len(batch) <= BATCH for batch in found)
    assert len(found) <= math.ceil(count / BATCH) + 3


@given(st.lists(st.tuples(st.floats(0, 3), st.integers(1, 22)), max_size=60))
def test_ecs_is_asked_no_faster_than_the_pace(asked: list[tuple[float, int]]) -> None:
    """Whoever waits as told never takes more than the burst and the rate since the beginning, but for the last call."""
    bucket, now, taken = Pace(), 0.0, 0
    for pause, calls in asked:
        now += pause
        now += bucket.take(calls, now)
        taken += calls
        assert taken <= BURST + RATE * now + 1e-6


@pytest.mark.parametrize(("count", "seconds"), [(1, 0), (10, 0), (100, 16), (1000, 196)])
def test_how_long_so_many_services_take_by_the_pace(count: int, seconds: int) -> None:
    """A thousand take a little over three minutes of the twelve; there is time for 3,600."""
    bucket, now = Pace(), 0.0
    for _ in range(count):
        now += bucket.take(1, now)
    assert now == pytest.approx(seconds)
    assert BURST + RATE * BUDGET.total_seconds() >= 3600


def test_a_run_is_over_before_the_next_one() -> None:
    """The time to look, the time to tell, and the schedule."""
    assert BUDGET < LONGEST < LOOK_EVERY


def test_deployments_keep_most_of_the_quota() -> None:
    """Of the 20 calls a second and the 100 in reserve (Amazon ECS API reference, Request throttling)."""
    assert call_rate.RATE <= 20 / 4
    assert call_rate.BURST <= 100 / 4
