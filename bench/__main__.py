"""`make bench`: what Landfall costs and how it scales, beside what it cost before. Writes build/bench.json.

Exits 1 where a target is missed. Name parts to run these alone.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench import fleets, real, rollouts
from bench.figure import Figure

OUT = Path(__file__).resolve().parents[1] / "build" / "bench.json"
PARTS: dict[str, Callable[[], list[Figure]]] = {
    "rollouts": rollouts.figures,
    "fleets": fleets.figures,
    "real": real.figures,
    "seeds": lambda: fleets.figures((100, 1_000), seeds=5),
}
"""What is measured, by its name. `seeds` takes half an hour, and only runs where it is named."""
LONG = frozenset({"seeds"})


def main() -> int:
    """Measure, print and write. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"any of {', '.join(PARTS)} (default: the short ones)")
    asked = parser.parse_args().parts or [name for name in PARTS if name not in LONG]
    if unknown := [name for name in asked if name not in PARTS]:
        parser.error(f"{unknown[0]!r} is no part; there are {', '.join(PARTS)}")
    logging.disable(logging.CRITICAL)
    found: list[Figure] = []
    for name in asked:
        began = time.monotonic()
        new = PARTS[name]()
        sys.stderr.write("".join(f"{figure}\n" for figure in new) + f"{name}: {time.monotonic() - began:.0f} s\n")
        found += new
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps([figure.document() for figure in found], indent=2) + "\n", encoding="utf-8")
    return 0 if all(figure.met for figure in found) else 1


if __name__ == "__main__":
    sys.exit(main())
