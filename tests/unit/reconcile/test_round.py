"""One run over 1, 10, 100 and 1,000 services, in memory and in virtual time: all are looked at, or the next run begins
with those that are left.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from landfall.errors import AwsBusy, AwsCallFailed
from landfall.model import Outcome
from landfall.partitions import UNKNOWN_SERVICE
from landfall.reconcile import BUDGET, findings, turns
from landfall.reconcile.findings import Finding, Kind, State
from landfall.reconcile.turns import Cursor
from landfall.runtime.shared_pace import Pacing
from landfall.steps.reconciling import reconcile_round
from landfall.steps.reconciling.reconcile_round import Round
from tests.support import builders as b
from tests.support.reconciled import Everything

SIZES = [1, 10, 100]


class Clock:
    """Virtual time, which only sleeping moves."""

    def __init__(self) -> None:
        self.seconds, self._lock = 0.0, threading.Lock()

    def sleep(self, seconds: float) -> None:
        """Let the time be later for everybody: the threads of a run wait one after the other."""
        with self._lock:
            self.seconds += seconds / reconcile_round.THREADS

    def pacing(self) -> Pacing:
        """Return a pace in this time."""
        return Pacing(lambda: self.seconds, self.sleep)


def world_of(count: int, clusters: int = 3) -> Everything:
    """Return so many quiet services."""
    return Everything([b.settings_of(name=f"s{n}", service=f"s{n}", cluster=f"c{n % clusters}") for n in range(count)])


def run(world: Everything, known: list[Finding] | None = None, seconds: float = 3600) -> dict[str, Any]:
    """Run once, for so long, and keep the cursor. Returns what was seen, by service."""
    clock = Clock()
    world.now = lambda: b.NOW + timedelta(seconds=clock.seconds)
    this = Round(cast(Any, world), known or [], b.NOW + timedelta(seconds=seconds), clock.pacing())
    found = dict(this.looked())
    world.kept = this.cursor
    return found


@pytest.mark.parametrize("count", SIZES)
def test_every_service_is_looked_at_in_each_run(count: int) -> None:
    """Twice: the second run leaves nobody out either, and nothing is found of what is quiet."""
    world = world_of(count)
    for number in (1, 2):
        found = run(world)
        assert set(found) == {*world.of, UNKNOWN_SERVICE}
        assert all(len(found[name]) == 7 for name in world.of)
        assert [seen for looks in found.values() for look in looks for seen in look.seen] == []
        assert world.kept.round == number
        assert sum(map(len, world.batches)) == number * count


@pytest.mark.parametrize(("count", "seconds"), [(100, 2), (1000, 30)])
def test_where_there_is_no_time_for_all_the_next_run_begins_with_the_others(count: int, seconds: float) -> None:
    """Time for a part of them: none is looked at again before all others, and people are told that some wait."""
    world, reached = world_of(count), list[str]()
    order = [turn.service.name for turn in turns.in_turn(world.settings.services, world.kept)]
    for _ in range(3):
        found = run(world, seconds=seconds)
        *_, of_unknown = found.pop(UNKNOWN_SERVICE)
        assert [seen.subject for seen in of_unknown.seen] == ["every service in time"]
        assert count / 10 < len(found) < count
        reached += found
    assert sorted(reached) == sorted((order * 3)[: len(reached)])


def test_a_run_begins_with_what_the_last_one_left_out() -> None:
    """Without time nothing is looked at, and the cursor stays."""
    world = world_of(30)
    world.kept = kept = Cursor("s7", 3)
    assert set(run(world, seconds=-1)) == {UNKNOWN_SERVICE}
    assert world.kept == kept
    run(world)
    assert "s7" in [batch[0] for batch in world.batches]
    assert world.kept == Cursor("s7", 4)


def test_a_thousand_services_take_minutes_by_the_pace() -> None:
    """Of the twelve that a run has. Each of them is looked at, and nothing is found."""
    world = world_of(1000)
    found = run(world, seconds=BUDGET.total_seconds())
    assert set(found) == {*world.of, UNKNOWN_SERVICE}
    assert [seen for looks in found.values() for look in looks for seen in look.seen] == []
    assert 60 < (world.now() - b.NOW).total_seconds() < BUDGET.total_seconds() / 2


def plant(world: Everything) -> None:
    """Put a success there that no deployment can have had, among old records, and in no chain."""
    one = world.of["s1"]
    known = one.records["20260101T000000Z-first"]
    planted = {"deployment_id": "20250101T000000Z-planted", "ended_at": "2026-01-01T05:00:00+00:00"}
    one.records["20250101T000000Z-planted"] = {**known, **planted, "task_definition": ""}


def hide(world: Everything) -> None:
    """Delete the report of the first record."""
    world.hidden.add("s3://reports/s1/20260101T000000Z-first/report.md")


@pytest.mark.parametrize(("wrong", "kind"), [(plant, Kind.ENDED_TOO_FAST), (hide, Kind.REPORT_MISSING)])
def test_what_is_wrong_with_an_old_record_is_found_in_time(wrong: Callable[[Everything], None], kind: Kind) -> None:
    """Many younger records hide it from most looks, not from one in sixteen; from then on each look sees it."""
    world = world_of(3)
    for number in range(40):
        world.of["s1"].close(world.of["s1"].open(f"20260101T{number + 1:06}Z-later"), Outcome.REJECTED)
    wrong(world)
    known: list[Finding] = []
    found = []
    for _ in range(turns.WHOLE_EVERY + 3):
        looks = run(world, known)["s1"]
        found.append([seen.kind for look in looks for seen in look.seen])
        known += [after for after, _ in findings.changes("s1", looks, known, b.NOW, timedelta(0))][:1]
    first = found.index([kind])
    assert first < turns.WHOLE_EVERY
    assert found[first:] == [[kind]] * (len(found) - first)
    assert found[:first] == [[]] * first


def test_what_is_wrong_with_one_of_the_newest_records_is_found_at_once() -> None:
    """Whoever ends too fast today does so in the first look."""
    world = world_of(3)
    plant(world)
    assert [seen.kind for look in run(world)["s1"] for seen in look.seen] == [Kind.ENDED_TOO_FAST]


def test_one_that_aws_throttles_is_left_for_the_next_run() -> None:
    """It is told when it lasts for an hour, and hides nothing of the same service or another."""
    world = world_of(12)

    def busy(service: str) -> None:
        if service == "s3":
            raise AwsBusy("ThrottlingException", "listing tasks: Rate exceeded")

    world.busy = busy
    found = run(world)
    (failed,) = [seen for looks in found.values() for look in looks for seen in look.seen]
    assert (failed.kind, failed.subject) == (Kind.COULD_NOT_LOOK, "what died")
    assert len(found["s3"]) == 6

    known = None
    states = []
    for minutes in (0, 15, 45, 59, 60):
        after = findings.seen("s3", failed, known, b.NOW + timedelta(minutes=minutes), timedelta(seconds=300))
        known = after or known
        assert known
        states.append(known.state)
    assert states == [State.SUSPECTED] * 4 + [State.RAISED]
    assert findings.changes("s3", found["s3"], [], datetime.now(b.NOW.tzinfo), timedelta(0))[0][0].open is False


class Denied(Everything):
    """An account whose policy lets nobody describe one of the services, so a call for all of them is denied."""

    def services(self, _cluster: str) -> Any:
        """Refuse to describe many services."""
        raise AwsCallFailed("AccessDeniedException", "describing 3 services: no")

    def ecs(self, service: str) -> Any:
        """Return ECS, of one service."""

        def view() -> Any:
            if service == "s1":
                raise AwsCallFailed("AccessDeniedException", "describing service s1: no")
            return self.of[service].view()

        found = super().ecs(service)
        found.service = view
        return found


def test_a_call_for_many_that_fails_hides_none_of_them() -> None:
    """Each is asked for alone then, so what is wrong with one is said of that one."""
    found = run(Denied([b.settings_of(name=f"s{n}", service=f"s{n}") for n in range(3)]))
    seen = {name: [each.subject for look in looks for each in look.seen] for name, looks in found.items()}
    wrong = ["how long images are kept", "what is live", "what died", "what waits"]
    assert seen == {"s0": [], "s1": wrong, "s2": [], UNKNOWN_SERVICE: []}


def test_what_is_known_of_a_service_that_left_is_cleared() -> None:
    """Whatever its kind."""
    gone = Finding("gone", Kind.REPORT_MISSING, "one", "what", State.RAISED, b.NOW.isoformat())
    (look,) = run(world_of(1), [gone])["gone"]
    assert look.kinds == frozenset(Kind)
    assert look.because == {"one": reconcile_round.REMOVED}
