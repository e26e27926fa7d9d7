"""What one rollout of about three minutes costs: AWS calls and transitions of the state machine, by the service's size.

The real state machine's file and the real steps run in virtual time against a replayed rollout.
"""

from __future__ import annotations

import random

from bench.buckets import Account
from bench.figure import Figure
from bench.fleet import FleetWorld, execution
from tests.campaigns.torture import virtual
from tests.campaigns.torture.asl import Clock
from tests.campaigns.torture.scenario import made, templates

DELAY = 60
"""Seconds before the first task of the replayed rollout starts, so that it takes three minutes and a half in all."""
SIZES: dict[int, tuple[float | None, float | None]] = {2: (90, 193), 500: (200, 652), 5_000: (None, None)}
"""Tasks of the service; the most calls, and the calls before tasks were listed only when one may have stopped."""


def figures() -> list[Figure]:
    """Play a rollout of each size."""
    found = []
    for size, (most, before) in SIZES.items():
        calls, transitions = rollout(size)
        found.append(Figure(f"AWS calls, a rollout of {size} tasks", calls, "calls", most, before))
        found.append(Figure(f"transitions, a rollout of {size} tasks", transitions, "transitions"))
    return found


def rollout(size: int) -> tuple[int, int]:
    """Return the calls and the transitions of one rollout. Raises RuntimeError if it does not succeed."""
    told = {"id": f"good-{size}", "title": "", "why": "", "theme": "", "expected": "SUCCEEDED"}
    played = made({**told, "rollout": "good", "delay": DELAY, "desired": size}, templates())
    clock = Clock()
    world = FleetWorld(played, clock, Account(()), random.Random(0))  # noqa: S311  one seed, one rollout
    ended = execution(world, clock, random.Random(0))  # noqa: S311
    outcome = virtual.result(ended, world).outcome
    if outcome != "SUCCEEDED":
        raise RuntimeError(f"a good release of {size} tasks ended {outcome}")
    return world.calls.total(), len(ended.entered)
