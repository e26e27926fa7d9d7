"""The table and the JSON of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from local.faults.planned import Rule
from tests.campaigns.chaos.gates import Fate
from tests.campaigns.chaos.judge import LAWS
from tests.campaigns.chaos.run import Played
from tests.campaigns.chaos.schedule import Deployment

BEGIN, END = "<!-- chaos: begin (python -m tests.campaigns.chaos --document) -->", "<!-- chaos: end -->"


def line(played: Played) -> str:
    """Return how one deployment went, in a line."""
    name = f"#{played.number}" if played.number >= 0 else "repair"
    outcome = ", ".join(played.outcomes) or "no record"
    faults = f"{len(played.happened)} faults"
    return f"{name:<7} {played.lane:<6} {played.kind:<15} {outcome:<16} {faults:<9} {played.seconds:>5} s"


def schedule(wanted: Deployment) -> str:
    """Return what was decided about a deployment, in a line."""
    fate = f"{_fated(wanted.fate)}, " if wanted.fate != Fate() else ""
    return f"#{wanted.number} {wanted.kind}: {fate}{'; '.join(map(_told, wanted.rules)) or 'nothing goes wrong'}"


def _fated(fate: Fate) -> str:
    suffers = ", and the service suffers meanwhile" if fate.suffers else ""
    people = f"people say {fate.people} after {fate.seconds} s, the owner says {fate.owner}"
    return f"{people}, {fate.migration or 'migration-passes'}{suffers}"


def _told(rule: Rule) -> str:
    which = f"{rule.nth}" if rule.times == 1 else f"{rule.nth}-{rule.nth + rule.times - 1}"
    after = f" {rule.seconds} s" if rule.seconds else ""
    return f"{rule.kind}{after} {rule.step.removeprefix('landfall-')} {rule.operation} {which}"


def document(seed: int, played: Sequence[Played], repairs: Sequence[Played], seconds: int) -> dict[str, Any]:
    """Return what a run comes to."""
    happened = [h for p in played for h in p.happened]
    return {
        "seed": seed,
        "played": len(played),
        "seconds": seconds,
        "kinds": dict(Counter(p.kind for p in played).most_common()),
        "outcomes": dict(Counter(o for p in played for o in p.outcomes).most_common()),
        "repairs": len(repairs),
        "faults": len(happened),
        "faults_by_kind": dict(Counter(h.kind for h in happened).most_common()),
        "faults_by_operation": dict(Counter(h.operation for h in happened).most_common()),
        "violations": [{"number": p.number, "violation": v} for p in [*played, *repairs] for v in p.violations],
    }


def table(told: Mapping[str, Any]) -> str:
    """Return the table, in Markdown."""
    rows = [
        ("deployments", told["played"]),
        ("seconds", told["seconds"]),
        *((f"asked for: {kind}", count) for kind, count in told["kinds"].items()),
        *((f"ended {outcome}", count) for outcome, count in told["outcomes"].items()),
        ("repaired by hand after a page", told["repairs"]),
        ("faults that met a call", told["faults"]),
        *((f"fault: {kind}", count) for kind, count in told["faults_by_kind"].items()),
        *((f"at {operation}", count) for operation, count in told["faults_by_operation"].items()),
        (f"laws checked: {len(LAWS)} after each, repairs too", (told["played"] + told["repairs"]) * len(LAWS)),
        ("**laws broken**", len(told["violations"])),
    ]
    return "\n".join(("", f"| seed {told['seed']} | |", "|---|---:|", *(f"| {n} | {c} |" for n, c in rows), "", ""))
