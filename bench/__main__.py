"""`make bench`: plays fleets of deployments under an account's quotas, and writes build/bench.json.

Each figure has its target, and what was measured before throttling was a wait. Exits 1 where a target is missed.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from pathlib import Path

from bench.fleet import Fleet, play

OUT = Path(__file__).resolve().parents[1] / "build" / "bench.json"
BEFORE = {100: 95}
"""Good releases that landed, of so many at once, by the code of before (one seed; docs/decisions/0104)."""
SLOWEST = 1.5
"""Times the floor that a fleet may take."""


def figures(size: int, seeds: int, bad: float) -> list[dict[str, object]]:
    """Play a fleet with each seed, and return what came of it."""
    fleets = []
    for seed in range(seeds):
        fleets.append(play(size, seed, bad))
        sys.stderr.write(f"{size} at once, seed {seed}: {fleets[-1].seconds:.0f} s of AWS's time\n")
    wrong = round(size * bad)
    return [
        _figure(f"good releases that land, the least of {seeds}", size, min(_landed(f) for f in fleets), size - wrong),
        _figure(f"bad releases rolled back, the least of {seeds}", size, min(_back(f) for f in fleets), wrong),
        _figure(
            "time over the floor, the most", size, max(f.seconds / f.floor for f in fleets), SLOWEST, "times", most=True
        ),
        _figure(
            "AWS calls of a deployment, the most", size, max(f.calls.total() / size for f in fleets), None, most=True
        ),
    ]


def _landed(fleet: Fleet) -> int:
    return fleet.count(False, "SUCCEEDED")


def _back(fleet: Fleet) -> int:
    return fleet.count(True, "ROLLED_BACK")


def _figure(
    name: str, size: int, value: float, target: float | None, unit: str = "releases", *, most: bool = False
) -> dict[str, object]:
    met = target is None or (value <= target if most else value >= target)
    before = BEFORE.get(size) if name.startswith("good") else None
    told = {"name": f"{name}, {size} at once", "value": round(value, 2), "unit": unit}
    return {**told, "baseline": before, "target": target, "met": met}


def main() -> int:
    """Play, print and write. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[10, 100], help="deployments at once (default: 10 100)")
    parser.add_argument("--seeds", type=int, default=3, help="fleets of each size (default: 3)")
    parser.add_argument("--bad", type=float, default=0.01, help="share of releases that must not land (default: 0.01)")
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    found = [figure for size in asked.sizes for figure in figures(size, asked.seeds, asked.bad)]
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    for each in found:
        sys.stderr.write(f"{'met   ' if each['met'] else 'MISSED'} {each['name']}: {each['value']} {each['unit']}\n")
    return 0 if all(each["met"] for each in found) else 1


if __name__ == "__main__":
    sys.exit(main())
