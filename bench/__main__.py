"""`make bench`: what Landfall costs and how it scales, beside what it cost before. Writes build/bench.json.

Exits 1 where a target is missed. Name parts to run these alone. Parts run side by side, each in a process of its own:
their figures are counted, and none depends on how fast the machine is. Parts with real processes run after them, alone.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from bench.figure import Figure
from bench.parts import ALONE, LONG, PARTS, measured

OUT = Path(__file__).resolve().parents[1] / "build" / "bench.json"


def main() -> int:
    """Measure, print and write. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"any of {', '.join(PARTS)} (default: the short ones)")
    asked = parser.parse_args().parts or [name for name in PARTS if name not in LONG]
    if unknown := [name for name in asked if name not in PARTS]:
        parser.error(f"{unknown[0]!r} is no part; there are {', '.join(PARTS)}")
    found: dict[str, list[Figure]] = {}
    with ProcessPoolExecutor(os.cpu_count(), max_tasks_per_child=1) as pool:
        running = {pool.submit(measured, name): name for name in asked if name not in ALONE}
        for done in as_completed(running):
            found[running[done]] = done.result()
    found |= {name: measured(name) for name in asked if name in ALONE}
    figures = [figure for name in asked for figure in found[name]]
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps([figure.document() for figure in figures], indent=2) + "\n", encoding="utf-8")
    return 0 if all(figure.met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
