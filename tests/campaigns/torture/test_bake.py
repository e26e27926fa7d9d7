"""After its first proof a release is left alone for `bake_seconds`, the lock held, and is then proven again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.campaigns.torture import virtual
from tests.campaigns.torture.facts import FOREVER, TaskFact
from tests.campaigns.torture.scenario import Scenario, scenario

PROVEN_AGAIN = ("CheckTargetHealth", "SmokeTest", "Confirm")


def baking(seconds: int, *tasks: TaskFact) -> Scenario:
    """Return a good release with this bake, and with other tasks where some are given."""
    good = scenario("good")
    release = replace(good.release, tasks=(*good.release.tasks[:1], *tasks)) if tasks else good.release
    return replace(good, release=release, limits={**good.limits, "bake_seconds": seconds})


def crashing(after: float) -> tuple[TaskFact, ...]:
    """Return two tasks that run, get healthy and exit `after` so many seconds, and others that do so in their place."""
    return (
        TaskFact("ours", n=2, start=5, running=20, healthy=50, stop=50 + after, exit=1),
        TaskFact("ours", n=2, start=55 + after, running=70 + after, healthy=100 + after, stop=FOREVER),
    )


@pytest.mark.parametrize("seconds", [0, 1, 60, 600])
def test_the_whole_proof_is_repeated_once(seconds: int) -> None:
    """With a bake every part of the proof runs twice, that many seconds apart; without one, once."""
    run = virtual.run(baking(seconds))

    assert run.outcome == "SUCCEEDED"
    for state in PROVEN_AGAIN:
        at = [when for when, name in run.states if name == state]
        assert len(at) == (2 if seconds else 1)
        assert at[-1] - at[0] >= seconds


@pytest.mark.parametrize("after", [60, 80])
def test_a_release_that_dies_after_its_first_proof_is_taken_back(after: float) -> None:
    """Its tasks all exit within the bake: without it the release would have been called a success."""
    assert virtual.run(baking(0, *crashing(after))).outcome == "SUCCEEDED"

    run = virtual.run(baking(60, *crashing(after)))

    assert run.outcome == "ROLLED_BACK"
    assert run.code == "CRASH_LOOP"
