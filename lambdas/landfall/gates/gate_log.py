"""The record of a deployment's gates: what each waited for, what differed there, and who continued it.

It is kept as JSON in the field `gates` of the ledger record; the record's hash covers it. It decides nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from landfall import wire
from landfall.errors import InvalidStepInput
from landfall.gates.comparison import Difference
from landfall.gates.gate_state import OVER
from landfall.model import Outcome, State
from landfall.redaction import Redacts, redacted
from landfall.wire import parse

FIELD = "gates"
"""The field of the ledger record."""
MOST, MOST_DIFFERENCES = 40, 20
"""How many of the newest gates are kept (steps of 3 % make 36), and how many differences, the worse ones first."""
REASON_LIMIT, NAME_LIMIT, VALUE_LIMIT = 400, 160, 80
"""Bytes of each text that are kept."""
WENT_BACK = frozenset({Outcome.ROLLED_BACK, Outcome.ROLLBACK_FAILED, Outcome.NO_BASELINE, Outcome.SUPERSEDED})


@dataclass(frozen=True)
class NotedGate:
    """One pause of ECS. Times are ISO 8601 in UTC, and empty while they have not come.

    `gate` is the gate of Landfall; empty for a pause that is the owner's. `weight` is the new tasks' share of
    production traffic in percent, live; None where it was not read. It must be decided by `ends`. `seen_at` is the
    last look, with `state`, `code` and `reason`. `continue_asked_at`: when Landfall was about to ask ECS to
    continue it. `left_at`: when a look first saw that ECS no longer waits there. `differences` were found when
    blue and green got the same requests; `more_differences` counts those that are not kept.
    """

    service_deployment: str
    hook: str
    gate: str
    stage: str
    began: str
    ends: str
    weight: float | None = None
    seen_at: str = ""
    looks: int = 0
    state: str = ""
    code: str = ""
    reason: str = ""
    continue_asked_at: str = ""
    left_at: str = ""
    differences: tuple[Difference, ...] = ()
    more_differences: int = 0

    @property
    def waits(self) -> bool:
        """Say whether ECS waited there when it was last looked at."""
        return not self.continue_asked_at and not self.left_at and self.state != State.FAIL


def added(known: Sequence[NotedGate], now: NotedGate, kinds: Sequence[Redacts]) -> tuple[NotedGate, ...]:
    """Return the gates after a look at one of them. The others are left: ECS waits at one gate at a time."""
    before = next((each for each in known if _same(each, now)), None)
    told = _bounded(now, kinds)
    if before:
        kept = told if told.differences else _differing_as(told, before)
        told = replace(kept, looks=before.looks + 1, continue_asked_at=before.continue_asked_at)
        return tuple(told if each is before else each for each in known)
    told = replace(told, looks=1)
    return (*(_left(each, now) for each in known), told)[-MOST:]


def asked(known: Sequence[NotedGate], service_deployment: str, hook: str, at: datetime) -> tuple[NotedGate, ...]:
    """Return the gates with a note that Landfall is about to continue one."""
    return tuple(
        replace(each, continue_asked_at=each.continue_asked_at or at.isoformat())
        if (each.service_deployment, each.hook) == (service_deployment, hook)
        else each
        for each in known
    )


def left(known: Sequence[NotedGate], at: datetime) -> tuple[NotedGate, ...]:
    """Return the gates with a note that ECS no longer waits at any of them."""
    return tuple(replace(each, left_at=each.left_at or at.isoformat()) for each in known)


def by_hand(gate: NotedGate, later: Sequence[NotedGate], outcome: Outcome | None) -> bool:
    """Say whether somebody else continued a gate: ECS went on from it, and Landfall did not ask for that.

    `later` are the gates after it. ECS went on if it came to a later gate, or if the deployment was not taken back.
    If it was, the last gate that Landfall did not continue may have been rolled back, which continued nothing.
    """
    if gate.continue_asked_at or gate.hook in ("", OVER):
        return False
    came_further = any(each.service_deployment == gate.service_deployment for each in later)
    return came_further or (outcome is not None and outcome not in WENT_BACK)


def written(gates: Sequence[NotedGate]) -> str:
    """Return the text that the record holds."""
    return json.dumps([asdict(each) for each in gates])


def read(record: Mapping[str, Any] | None) -> tuple[NotedGate, ...]:
    """Return a record's gates; none if it has none, or if somebody made the text unreadable."""
    try:
        return tuple(parse(NotedGate, each) for each in json.loads((record or {})[FIELD]))
    except (InvalidStepInput, AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return ()


def _same(one: NotedGate, other: NotedGate) -> bool:
    return (one.service_deployment, one.hook) == (other.service_deployment, other.hook)


def _left(gate: NotedGate, now: NotedGate) -> NotedGate:
    return replace(gate, left_at=gate.left_at or now.seen_at)


def _differing_as(now: NotedGate, before: NotedGate) -> NotedGate:
    return replace(now, differences=before.differences, more_differences=before.more_differences)


def _bounded(gate: NotedGate, kinds: Sequence[Redacts]) -> NotedGate:
    def told(text: str, limit: int) -> str:
        return wire.cut(redacted(text, kinds), limit)

    worse_first = sorted(gate.differences, key=lambda each: not each.worse)
    kept = tuple(
        replace(
            each,
            name=told(each.name, NAME_LIMIT),
            blue=told(each.blue, VALUE_LIMIT),
            green=told(each.green, VALUE_LIMIT),
        )
        for each in worse_first[:MOST_DIFFERENCES]
    )
    more = max(0, len(gate.differences) - MOST_DIFFERENCES)
    return replace(gate, reason=told(gate.reason, REASON_LIMIT), differences=kept, more_differences=more)
