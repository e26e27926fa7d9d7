"""`make evaluator`: plays 10,000 deployments of each kind, and writes build/evaluator.json and a picture (long)."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from tests.campaigns.evaluator import cases, picture, tally
from tests.campaigns.evaluator.cases import Case
from tests.campaigns.evaluator.generator import Truth
from tests.campaigns.evaluator.trials import Ended, play

ROOT = Path(__file__).resolve().parents[3]
OUT, PICTURE = ROOT / "build" / "evaluator.json", ROOT / "docs" / "pictures" / "evaluator.svg"
ERROR_RATES = (0.001, 0.002, 0.004, 0.006, 0.008, 0.01, 0.015, 0.02)
SLOWER = (1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.75)
REQUESTS, GATES = (1, 10, 100, 1_000), (cases.BLUE_GREEN, cases.TEN, cases.STEPS_OF_3)
CALLED, MISSED = 0.01, 0.05
"""What is promised: how many good releases are called worse, and how many bad ones are let through."""
ERRORS, SLOW = "errors_2_percent_of_1000_requests", "p95_times_1_5"
Run = Callable[[Iterable[Case]], dict[str, Any]]


def played(case: Case) -> tuple[int, Ended]:
    """Play a deployment; return the number of its gates too. Gates with too few requests let it go on."""
    return len(case.truth.gates), play(case.truth, case.seed, go_on=True)


def main() -> int:
    """Run the campaign; return 1 if a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deployments", type=int, default=10_000, help="of each kind")
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    result: dict[str, Any] = {}
    with ProcessPoolExecutor(given.processes) as pool:

        def run(some: Iterable[Case]) -> dict[str, Any]:
            return tally.tallied(pool.map(played, some, chunksize=20))

        for name, made in _parts(run, given.deployments):
            result[name] = made()
            OUT.parent.mkdir(exist_ok=True)
            OUT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
            sys.stderr.write(f"{name}: {result[name].get('called_worse', '')}\n")
    PICTURE.write_text(picture.drawn(result["curves"]), encoding="utf-8")
    kept = result["good"]["called_worse"]["share"] <= CALLED and all(
        result[bad]["let_through"]["share"] <= MISSED for bad in (ERRORS, SLOW)
    )
    return 0 if kept else 1


def _parts(run: Run, number: int) -> Iterator[tuple[str, Callable[[], dict[str, Any]]]]:
    part = max(number // 5, 5)
    yield "good", lambda: run(cases.good(number))
    yield ERRORS, lambda: run(cases.with_errors(number))
    yield SLOW, lambda: run(cases.slow(number))
    yield f"{SLOW}_of_1000_requests", lambda: run(cases.slow_of_few(part))
    yield "good_3_times_as_dispersed", lambda: run(cases.good(part, wild=True))
    yield f"{ERRORS}_3_times_as_dispersed", lambda: run(cases.with_errors(part, wild=True))
    yield f"{SLOW}_3_times_as_dispersed", lambda: run(cases.slow(part, wild=True))
    yield "good_in_an_incident", lambda: run(cases.in_an_incident(part))
    yield "good_in_a_slow_incident", lambda: run(cases.in_a_slow_incident(part))
    yield "good_in_a_late_incident", lambda: run(cases.in_a_late_incident(part))
    yield "errors_10_percent_in_an_incident", lambda: run(cases.in_an_incident(part, green_errors=0.005))
    yield f"{ERRORS}_after_a_burst", lambda: run(cases.after_a_burst(part))
    yield "good_with_logs", lambda: run(cases.with_log_errors(part, 0.005))
    yield "log_errors_10_percent", lambda: run(cases.with_log_errors(part, 0.1))
    yield "curves", lambda: _curves(run, max(number // 20, 5))
    yield "scales", lambda: _scales(run, max(number // 100, 5))


def _curves(run: Run, number: int) -> dict[str, Any]:
    def at(truth: Truth) -> float:
        return float(run(Case(truth, cases.FIRST_SEED + n) for n in range(number))["called_worse"]["share"])

    few = {"green_requests": 1_000, "cold": False}
    return {
        "errors": [(x, at(Truth(600, cases.CANARY, green_errors=x, **few))) for x in ERROR_RATES],  # type: ignore[arg-type]
        "latency": [(x, at(Truth(1_000, cases.CANARY, green_latency=x, cold=False))) for x in SLOWER],
    }


def _scales(run: Run, number: int) -> dict[str, dict[str, Any]]:
    return {
        f"{requests} a minute, {len(gates)} gates": {
            name: run(Case(Truth(requests, gates, green_errors=rate), cases.FIRST_SEED + n) for n in range(number))
            for name, rate in (("good", None), ("errors_2_percent", 0.02))
        }
        for requests in REQUESTS
        for gates in GATES
    }


if __name__ == "__main__":
    sys.exit(main())
