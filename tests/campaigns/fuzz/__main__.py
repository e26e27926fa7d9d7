"""`python -m tests.campaigns.fuzz`: tries strange inputs of every kind, and says what came of them.

Exits 0 only if each was answered or refused by a named error. Writes build/fuzz.json; `--document` puts the last run
into SECURITY.md.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hypothesis import given, seed, settings

from statemachine import marked
from tests.campaigns.fuzz.subjects import SUBJECTS, Subject

RESULT, PAGE = Path("build/fuzz.json"), Path("SECURITY.md")
BEGIN, END = "<!-- fuzz: begin (python -m tests.campaigns.fuzz --document) -->", "<!-- fuzz: end -->"
EXAMPLES, SEED = 2000, 20260102


def main() -> int:
    """Try them all."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.fuzz", description=__doc__)
    parser.add_argument("--examples", type=int, default=EXAMPLES, help="of each kind [%(default)s]")
    parser.add_argument("--seed", type=int, default=SEED, help="chooses them [%(default)s]")
    parser.add_argument("--document", action="store_true", help="put the last run's table into SECURITY.md")
    asked = parser.parse_args()
    if asked.document:
        table = markdown(json.loads(RESULT.read_text()))
        PAGE.write_text(marked.put_into(PAGE.read_text(encoding="utf-8"), BEGIN, END, table))
        return 0
    kinds: dict[str, dict[str, Any]] = {}
    for subject in SUBJECTS:
        outcomes, fault = tried(subject, asked.examples, asked.seed)
        kinds[subject.name] = {
            "tried": sum(outcomes.values()),
            "outcomes": dict(outcomes.most_common()),
            "fault": fault,
        }
        told = ", ".join(f"{name} {times}" for name, times in outcomes.most_common())
        sys.stdout.write(f"{subject.name:<32}{sum(outcomes.values()):>7} tried   {told}{'   FAULT' if fault else ''}\n")
    faults = [name for name, kind in kinds.items() if kind["fault"]]
    total = sum(int(kind["tried"]) for kind in kinds.values())
    sys.stdout.write(f"{total} in all, {len(faults)} kinds with a fault\n")
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps({"seed": asked.seed, "tried": total, "kinds": kinds}, indent=2) + "\n")
    return 1 if faults else 0


def markdown(told: Mapping[str, Any]) -> str:
    """Return a run as a table."""
    rows = []
    for name, kind in told["kinds"].items():
        became = ", ".join(f"{outcome} {times}" for outcome, times in kind["outcomes"].items())
        rows.append(f"| {name} | {kind['tried']} | {became} | {kind['fault'] or 0} |")
    head = ["", f"| input (seed {told['seed']}) | tried | what became of it | faults |", "|---|---:|---|---:|"]
    return "\n".join([*head, *rows, f"| all | {told['tried']} | | |", "", ""])


def tried(subject: Subject, examples: int, seeded: int) -> tuple[Counter[str], str]:
    """Return how often each outcome came, and the first fault there was: empty where there was none."""
    outcomes: Counter[str] = Counter()

    @seed(seeded)
    @settings(max_examples=examples, deadline=None, database=None)
    @given(subject.values)
    def each(value: Any) -> None:
        outcomes[subject.outcome(value)] += 1

    try:
        each()
    except Exception as error:  # whatever it is, it is what was looked for
        return outcomes, f"{type(error).__name__}: {error}"[:500]
    return outcomes, ""


if __name__ == "__main__":
    sys.exit(main())
