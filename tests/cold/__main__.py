"""`make bench-cold`: how much longer than bare boto3 clients each step takes to be ready, as it ships."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from stacks import ROOT
from stacks.assets import bytecode
from stacks.functions.steps_table import STEPS
from tests.cold import measure

RESULT = ROOT / "build" / "cold.json"


def main() -> None:
    """Measure, print a row for each step, and leave the figures in build/cold.json."""
    parser = argparse.ArgumentParser(prog="python -m tests.cold", description=__doc__)
    parser.add_argument("--pairs", type=int, default=7, help="measurements of each side (default: %(default)s)")
    parser.add_argument(
        "steps", nargs="*", default=[step.id for step in STEPS], help="of these alone, such as SmokeTest"
    )
    options = parser.parse_args()
    print(f"with Python {bytecode.compiled_by()}; CPU milliseconds, median of {options.pairs}")
    print(f"{'step':<24}{'landfall':>10}{'bare boto3':>12}{'ratio':>8}")
    found = []
    with measure.shipped() as paths:
        for step in (step for step in STEPS if step.id in options.steps):
            found.append(each := measure.measured(step, paths, options.pairs))
            print(f"{each.step:<24}{each.landfall:>10.0f}{each.bare:>12.0f}{each.ratio:>8.2f}", flush=True)
    RESULT.parent.mkdir(exist_ok=True)
    rows = [{**asdict(each), "ratio": each.ratio} for each in found]
    RESULT.write_text(json.dumps({"python": bytecode.compiled_by(), "steps": rows}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
