"""How many of many deployments at once land, under the quotas of one account, and how long all of them take."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from bench.figure import Figure
from bench.fleet import Fleet, play

BEFORE: dict[int, float] = {100: 95}
"""Good releases that landed, of so many at once, while throttling was an error (docs/decisions/0104)."""
SLOWEST = 1.5
"""Times the floor that a fleet may take."""
BAD = 0.01
"""The share of releases that must not land."""


def figures(sizes: Iterable[int] = (10, 100, 1_000), seeds: int = 1) -> list[Figure]:
    """Play a fleet of each size with each seed."""
    return [figure for size in sizes for figure in _of_size(size, [_played(size, seed) for seed in range(seeds)])]


def _played(size: int, seed: int) -> Fleet:
    fleet = play(size, seed, BAD)
    sys.stderr.write(f"{size} at once, seed {seed}: {fleet.seconds:.0f} s of AWS's time, the floor {fleet.floor:.0f}\n")
    return fleet


def _of_size(size: int, fleets: list[Fleet]) -> list[Figure]:
    wrong, of = round(size * BAD), f"{size} at once, {len(fleets)} seeds"
    landed = min(fleet.count(False, "SUCCEEDED") for fleet in fleets)
    back = min(fleet.count(True, "ROLLED_BACK") for fleet in fleets)
    slowest = max(fleet.seconds / fleet.floor for fleet in fleets)
    calls = max(fleet.calls.total() / size for fleet in fleets)
    return [
        Figure(f"good releases that land, {of}", landed, "releases", size - wrong, BEFORE.get(size), at_least=True),
        Figure(f"bad releases that are rolled back, {of}", back, "releases", wrong, at_least=True),
        Figure(f"time over the floor, {of}", slowest, "times", SLOWEST),
        Figure(f"AWS calls of each deployment, {of}", calls, "calls"),
    ]
