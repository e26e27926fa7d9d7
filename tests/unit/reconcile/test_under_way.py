"""No finding about what is live comes of a deployment that goes on meanwhile, however its steps and the reads mix."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations_with_replacement, islice
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall.intake.lock import Lock
from landfall.model import Outcome
from landfall.reconcile import under_way
from landfall.reconcile.findings import Kind, Looked
from landfall.runtime.shared_pace import Pacing
from landfall.steps.reconciling import reconcile_reads
from landfall.steps.reconciling.reconcile_shared import Shared, tried
from tests.support import builders as b
from tests.support.reconciled import Everything, OneService

Action = Callable[[], object]
SERVICE = b.settings_of()


def looked(world: Everything, look: str = "what is live") -> Looked:
    """Take one look as a run does: unfinished records, the lock, ECS, and what the look itself reads."""
    one = world.of["sample"]
    unfinished = tried(world.unfinished)
    shared = Shared("sample", cast(Any, world), (), unfinished, Pacing(), whole=False).begin()
    shared.view = tried(one.view)
    return reconcile_reads.of_service(SERVICE, shared)[look]()


def deployed(one: OneService, name: str, how: str, revision: str) -> Iterator[Action]:
    """Yield what a deployment does, step by step; `how` it goes."""
    before = one.live

    def serve(to: str) -> Action:
        return lambda: setattr(one, "live", to)

    def closed(outcome: Outcome, **fields: Any) -> Action:
        known = {"task_definition": revision, "baseline_task_definition": before, **fields}
        return lambda: one.close(name, outcome, **known)

    yield lambda: one.open(name)
    yield lambda: one.take(name)
    if how == "rejected":
        yield closed(Outcome.REJECTED)
        yield one.give_back
        return
    yield serve(revision)
    if how == "killed":  # the lock stays where it is, until a recovery takes it
        yield lambda: one.take(name)
    if how == "no record closed":  # Report failed, and Finish gave the lock back all the same
        yield one.give_back
        yield lambda: one.take(name)
    if how == "succeeded":
        yield closed(Outcome.SUCCEEDED)
    else:
        yield serve(before)
        yield closed(Outcome.ROLLED_BACK, restored_to=before)
    yield one.give_back


WAYS = ("succeeded", "rolled back", "rejected", "killed", "no record closed")


@given(st.lists(st.sampled_from(WAYS), min_size=1, max_size=4), st.lists(st.integers(0, 9), max_size=12))
def test_whatever_goes_on_meanwhile_is_no_finding(ways: list[str], steps: list[int]) -> None:
    """Before each read Landfall takes some more steps of some deployments; what is live is always its own."""
    world = Everything([SERVICE])
    one = world.of["sample"]

    def story() -> Iterator[Action]:
        for number, how in enumerate(ways):
            yield from deployed(one, f"2026010{number + 2}T000000Z-next", how, f"{b.FAMILY}:{90 + number}")

    going, left = story(), iter(steps)

    def go_on() -> None:
        for _ in range(next(left, 0)):
            next(going, lambda: None)()

    go_on()
    one.before_read = go_on
    assert [seen.kind for seen in looked(world).seen] == []


@pytest.mark.parametrize("how", WAYS)
def test_a_deployment_in_any_two_parts_between_the_reads_is_no_finding(how: str) -> None:
    """Some of its steps before one of the reads, the others before a later one: ECS and ledger are of two states."""
    steps = len(list(deployed(Everything([SERVICE]).of["sample"], "any", how, b.REVISION)))
    for first, second in combinations_with_replacement(range(8), 2):
        for part in range(steps):
            world = Everything([SERVICE])
            one = world.of["sample"]
            story = deployed(one, "20260102T000000Z-next", how, f"{b.FAMILY}:90")
            when = {first: part} | {second: steps}
            one.before_read = lambda one=one, story=story, when=when: take(story, when.get(len(one.read), 0))  # type: ignore[misc]
            assert looked(world).seen == (), (first, second, part, one.read)


def take(story: Iterator[Action], count: int) -> None:
    """Go on by so many steps."""
    for action in islice(story, count):
        action()


@pytest.mark.parametrize("look", ["what is live", "what died"])
def test_the_lock_is_read_first_and_last(look: str) -> None:
    """ECS is described after the first read, and nothing is read after the last one."""
    world = Everything([SERVICE])
    looked(world, look)
    read = world.of["sample"].read
    assert read[:2] == ["lock", "ECS"]
    assert read[-1] == "lock"


def test_what_somebody_deploys_by_hand_is_found_while_nobody_deploys() -> None:
    """Also where the lock was left behind by a deployment whose record is closed, or gone: nobody changes anything."""
    for left_behind in (None, "20260101T000000Z-first", "20260101T000000Z-unknown"):
        world = Everything([SERVICE])
        one = world.of["sample"]
        if left_behind:
            one.take(left_behind)
        one.live = f"{b.FAMILY}:999"
        assert [seen.kind for seen in looked(world).seen] == [Kind.LIVE_NOT_RECORDED]


def test_an_open_record_hides_what_is_live() -> None:
    """Its deployment has its turn still to come, or a recovery has: with the lock, without, or by the index alone."""
    for lock in (True, False):
        for many in (0, 20):  # so many younger ones: it is not among the newest that are read
            world = Everything([SERVICE])
            one = world.of["sample"]
            one.open("20260101T000001Z-open")
            for number in range(many):
                one.close(one.open(f"20260102T{number:06}Z-later"), Outcome.REJECTED)
            if lock:
                one.take("20260101T000001Z-open")
            one.live = f"{b.FAMILY}:999"
            assert looked(world).seen == ()


def test_a_lock_that_was_never_taken_is_free() -> None:
    """A service before its first deployment: whoever takes the lock then has the first fence."""
    first = under_way.before(None, None)
    assert (first.fence, first.held) == (0, False)
    assert under_way.undisturbed(first, None)
    assert not under_way.undisturbed(first, Lock("sample", "me", "one", 1, 0))
