"""Counts how deployments ended, and says how often the evaluator was wrong."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from landfall.gates.by_logs import NOT_SURE
from tests.campaigns.evaluator.trials import Ended


@dataclass(frozen=True)
class Rate:
    """A share of deployments, with the upper end of its 95 % interval (Wilson)."""

    of: int
    count: int
    share: float
    at_most: float


def rate(count: int, of: int) -> Rate:
    """Return a share with its interval."""
    share, z = count / of, 1.96
    middle, half = share + z * z / (2 * of), z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return Rate(of, count, round(share, 5), round((middle + half) / (1 + z * z / of), 5))


def is_called_worse(ended: Ended) -> bool:
    """Say whether a deployment was held to be worse: it failed, or doubt lasted to a gate's end. Both go back."""
    return ended.how == "failed" or ended.code == NOT_SURE


def tallied(ends: Iterable[tuple[int, Ended]]) -> dict[str, Any]:
    """Return the rates over all deployments, and by their number of gates."""
    found = list(ends)
    by_gates = {str(n): _of([e for m, e in found if m == n]) for n in sorted({m for m, _ in found})}
    return {**_of([e for _, e in found]), "by_gates": by_gates}


def _of(ends: list[Ended]) -> dict[str, Any]:
    worse, through = sum(map(is_called_worse, ends)), sum(e.how == "passed" for e in ends)
    return {
        "called_worse": asdict(rate(worse, len(ends))),
        "let_through": asdict(rate(through, len(ends))),
        "not_known_at_the_last_gate": len(ends) - worse - through,
        "failed": sum(e.how == "failed" for e in ends),
        "doubted_to_the_end": sum(e.code == NOT_SURE for e in ends),
        "too_few_requests_at_a_gate": sum(e.short > 0 for e in ends),
        "minutes": round(sum(e.minutes for e in ends) / len(ends), 1),
    }
