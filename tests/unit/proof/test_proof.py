"""Law 1 as a property: over any reply AWS could give, or never would, PASS only where the law literally holds.

The law is written here a second time, over the raw replies, and shares nothing with the code it checks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall.judging import Judged
from landfall.model import State, Verdict
from landfall.proof import law1, stability, target_health
from landfall.proof.observed import Look
from tests.support import builders as b
from tests.unit.proof.raw_worlds import JUDGED, LIKELY, OBJECTS, Json, breaches, edit, look_at, places, raw_world


@st.composite
def worlds(draw: st.DrawFn) -> Json:
    """Draw a world that is live but for a few edits: those are the ones that could be mistaken for live."""
    world = raw_world(draw(st.sampled_from([1, 1, 1, 2, 2, 2, 2, 50])))
    for _ in range(draw(st.integers(0, 4))):
        # the bookkeeping below keeps the three parts: their shape is the adapter's, not AWS's
        path = draw(st.sampled_from([p for p in places(world) if len(p) > 1]))
        edit(world, path, draw(st.sampled_from(["replace", "repeat", "remove"])), draw(LIKELY))
    return world


def test_live_release_is_proven() -> None:
    """A live release passes. Otherwise code that never passes would keep the property below."""
    assert breaches(raw_world()) == []
    assert law1.assess(look_at(raw_world()), JUDGED, b.NOW).state == State.PASS


@given(worlds())
def test_pass_only_where_law_1_holds(world: Json) -> None:
    """No reply, however odd, is mistaken for a live release, and none makes the judge crash."""
    verdict = law1.assess(look_at(world), JUDGED, b.NOW)
    assert b.is_bounded(verdict)
    if verdict.state == State.PASS:
        assert breaches(world) == []


@given(OBJECTS, st.lists(OBJECTS, max_size=2), st.lists(OBJECTS, max_size=2))
def test_arbitrary_replies_never_pass_nor_raise(service: Json, tasks: Json, targets: Json) -> None:
    """A reply of any shape at all is read without raising, and is not proof of anything unless law 1 holds."""
    world = {"service": service, "tasks": tasks, "targets": targets}
    for judge in JUDGES:
        for judged in (JUDGED, b.judged(deployment=b.way_back(desired_count=0))):
            assert b.is_bounded(judge(look_at(world), judged))
    assert law1.assess(look_at(world), JUDGED, b.NOW).state != State.PASS or breaches(world) == []


JUDGES: tuple[Callable[[Look, Judged], Verdict], ...] = (
    lambda look, judged: law1.assess(look, judged, b.NOW),
    lambda look, judged: stability.assess(look, judged, b.NOW),
    target_health.assess,
)

BROKEN = {
    "not PRIMARY": (("service", "deployments", 0, "status"), "ACTIVE"),
    "not ours": (("service", "deployments", 0, "id"), b.OTHER),
    "not COMPLETED": (("service", "deployments", 0, "rolloutState"), "IN_PROGRESS"),
    "FAILED": (("service", "deployments", 0, "rolloutState"), "FAILED"),
    "another revision": (("service", "deployments", 0, "taskDefinition"), b.OLD_REVISION),
    "nothing desired": (("service", "desiredCount"), 0),
    "more desired": (("service", "desiredCount"), 3),
    "fewer desired": (("service", "desiredCount"), 1),
    "task pending": (("tasks", 1, "lastStatus"), "PENDING"),
    "task stopping": (("tasks", 1, "desiredStatus"), "STOPPED"),
    "task of another deployment": (("tasks", 1, "startedBy"), b.OLD),
    "task of another revision": (("tasks", 1, "taskDefinitionArn"), b.OLD_REVISION),
    "task of another digest": (("tasks", 1, "containers", 0, "imageDigest"), b.OLD_DIGEST),
    "task without digest": (("tasks", 1, "containers", 0, "imageDigest"), None),
    "old task still wanted": (("tasks", 2, "desiredStatus"), "RUNNING"),
    "target unhealthy": (("targets", 1, "TargetHealth", "State"), "unhealthy"),
    "target draining": (("targets", 1, "TargetHealth", "State"), "draining"),
    "target elsewhere": (("targets", 1, "Target", "Id"), "10.0.0.9"),
    "target at another port": (("targets", 1, "Target", "Port"), 1),
    "old target in service": (("targets", 2, "TargetHealth", "State"), "healthy"),
    "no target group": (("service", "loadBalancers"), []),
    "service inactive": (("service", "status"), "INACTIVE"),
}


@pytest.mark.parametrize(("path", "value"), BROKEN.values(), ids=BROKEN.keys())
def test_each_part_of_law_1_counts(path: tuple[Any, ...], value: Json) -> None:
    """Each part of law 1 alone is enough to withhold the word 'proven'."""
    world = raw_world()
    edit(world, path, "replace", value)
    assert law1.assess(look_at(world), JUDGED, b.NOW).state != State.PASS


OF_MANY = {
    "on its way": {"lastStatus": "PENDING"},
    "on its way, and says nothing yet": {"lastStatus": "PENDING", "containers": []},
    "stopped": {"lastStatus": "STOPPED", "desiredStatus": "STOPPED"},
}
NEVER = {
    "of another deployment": {"startedBy": b.OLD},
    "of another digest, on its way": {
        "lastStatus": "PENDING",
        "containers": [{"name": "app", "imageDigest": "sha256:x"}],
    },
    "running without a digest": {"containers": []},
    "unhealthy": {"healthStatus": "UNHEALTHY"},
}


@pytest.mark.parametrize("count", [2, 10, 49, 50, 100])
@pytest.mark.parametrize("change", OF_MANY.values(), ids=OF_MANY.keys())
def test_one_of_many_may_be_late(count: int, change: Json) -> None:
    """Of fifty or more, one that is on its way keeps the others from proving nothing; of fewer it does."""
    world = raw_world(count)
    world["tasks"][0] |= change
    world["targets"][0]["TargetHealth"]["State"] = "initial" if change["lastStatus"] == "PENDING" else "draining"
    verdict = law1.assess(look_at(world), JUDGED, b.NOW)
    assert (verdict.state == State.PASS) is (count >= 50)
    assert (breaches(world) == []) is (count >= 50)


@pytest.mark.parametrize("count", [2, 100])
@pytest.mark.parametrize("change", NEVER.values(), ids=NEVER.keys())
def test_none_of_many_may_be_another(count: int, change: Json) -> None:
    """However many there are, one of other bytes, of somebody else, or unhealthy withholds the word."""
    world = raw_world(count)
    world["tasks"][0] |= change
    assert law1.assess(look_at(world), JUDGED, b.NOW).state != State.PASS
    assert breaches(world)


def test_count_that_is_no_number() -> None:
    """A count of `true` is no count, though Python takes it for 1."""
    world = raw_world()
    del world["tasks"][1], world["targets"][1]
    world["service"]["desiredCount"] = 1
    assert law1.assess(look_at(world), JUDGED, b.NOW).state == State.PASS
    world["service"]["desiredCount"] = True
    assert law1.assess(look_at(world), JUDGED, b.NOW).state != State.PASS
