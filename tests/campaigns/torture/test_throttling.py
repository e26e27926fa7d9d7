"""Throttling is a wait: no throttles that end before the deployment's deadline change an outcome (law 8)."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.fleet import FleetWorld, Outage, execution
from landfall.settings import Limits
from tests.campaigns.torture import virtual
from tests.campaigns.torture.asl import Clock
from tests.campaigns.torture.scenario import scenario

WORST = 600
"""Seconds of throttling, in all: with a rollout of two and a half minutes less than the stability timeout."""
ENDINGS = {
    "good": ("SUCCEEDED", "HEALTHY"),
    "crash-on-start": ("ROLLED_BACK", "CRASH_LOOP"),
    "wrong-sha": ("ROLLED_BACK", "SMOKE_FAILED"),
}
SOME: tuple[list[tuple[int, int]], ...] = (
    [],
    [(0, 300)],
    [(40, 340)],
    [(60, 660)],
    [(90, 120), (130, 400)],
    [(150, 750)],
)
_WINDOWS = st.lists(st.tuples(st.integers(0, 900), st.integers(1, WORST)), max_size=5)


def _played(identifier: str, outages: list[tuple[int, int]], seed: int = 0) -> virtual.Run:
    clock = Clock()
    chance = Random(seed)  # noqa: S311  the same throttles again for the same seed
    world = FleetWorld(scenario(identifier), clock, Outage(outages), chance)
    return virtual.result(execution(world, clock, chance), world)


def _bounded(windows: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return so many of the windows that they are shorter than WORST in all."""
    kept: list[tuple[int, int]] = []
    for begin, length in windows:
        kept.append((begin, begin + min(length, WORST - sum(end - start for start, end in kept))))
    return kept


@pytest.mark.parametrize("identifier", ENDINGS)
@pytest.mark.parametrize("windows", SOME, ids=str)
def test_a_long_throttle_changes_no_outcome(identifier: str, windows: list[tuple[int, int]]) -> None:
    """Before the update, while it rolls out, while it is judged, on the way back."""
    run = _played(identifier, windows)
    assert (run.outcome, run.code) == ENDINGS[identifier], run.reason


@pytest.mark.long
@given(identifier=st.sampled_from(sorted(ENDINGS)), windows=_WINDOWS, seed=st.integers(0, 9))
def test_no_throttle_changes_an_outcome(identifier: str, windows: list[tuple[int, int]], seed: int) -> None:
    """Every call of every service is throttled in the windows, wherever the deployment is by then."""
    run = _played(identifier, _bounded(windows), seed)
    assert (run.outcome, run.code) == ENDINGS[identifier], run.reason


def test_a_deployment_gives_up_at_its_deadline() -> None:
    """AWS that stays busy is no reason to wait for ever: the way back is tried, and somebody is paged."""
    run = _played("good", [(30, 10**6)])
    assert run.outcome == "ROLLBACK_FAILED"
    assert run.notices
    assert run.ended < Limits().longest_seconds
