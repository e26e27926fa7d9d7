"""The gates of a deployment in words, for reports, pages and the terminal: what each was, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from landfall.gates import gate_log
from landfall.gates.comparison import Difference
from landfall.gates.gate_log import WENT_BACK, NotedGate
from landfall.gates.gate_state import OVER
from landfall.model import UNKNOWN, Outcome, State

NAMES = {"before_traffic": "before traffic", "shift": "traffic shift", "bake": "bake", "": "pause by the owner"}
BY_HAND = "continued by somebody else; CloudTrail has who, as ContinueServiceDeployment"
PASSED, FAILED, WAITS, BACK = "passed", "failed", "waits", "rolled back while it waited"


@dataclass(frozen=True)
class ToldGate:
    """One gate in words. `end` is how it ended; `left` is the time that is left, while it waits.

    `state` is `good`, `bad`, `unknown` or `here`. `seconds` is how long it was looked at; None where that isn't known.
    """

    name: str
    stage: str
    weight: str
    began: str
    ends: str
    seconds: int | None
    looks: int
    end: str
    state: str
    left: str
    reason: str
    differences: tuple[Difference, ...]
    more_differences: int


def told(gates: Sequence[NotedGate], outcome: Outcome | None, now: datetime | None = None) -> tuple[ToldGate, ...]:
    """Return the gates in words. `outcome` is None, and `now` is given, while the deployment is under way."""
    return tuple(_told(each, gates[number + 1 :], outcome, now) for number, each in enumerate(gates))


def waiting(gates: Sequence[NotedGate]) -> NotedGate | None:
    """Return the gate at which a deployment that is under way waits; None if it waits at none."""
    return gates[-1] if gates and gates[-1].waits else None


def weight(gate: NotedGate) -> str:
    """Say how much production traffic the new tasks had."""
    return f"{gate.weight:g} %" if gate.weight is not None else UNKNOWN


def left(gate: NotedGate, now: datetime) -> str:
    """Say how much time is left at a gate; empty where that isn't known."""
    ends = _moment(gate.ends)
    if ends is None:
        return ""
    minutes, seconds = divmod(max(0, round((ends - now).total_seconds())), 60)
    told = f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
    return f"{told} left" if minutes or seconds else "its time is over"


def _told(gate: NotedGate, later: Sequence[NotedGate], outcome: Outcome | None, now: datetime | None) -> ToldGate:
    end, state = _end(gate, later, outcome)
    began, seen = _moment(gate.began), _moment(gate.continue_asked_at or gate.left_at or gate.seen_at)
    return ToldGate(
        name=NAMES.get(gate.gate, gate.gate),
        stage=gate.stage,
        weight=weight(gate),
        began=gate.began,
        ends=gate.ends,
        seconds=max(0, round((seen - began).total_seconds())) if began and seen else None,
        looks=gate.looks,
        end=end,
        state=state,
        left=left(gate, now) if now and state == "here" else "",
        reason=gate.reason,
        differences=gate.differences,
        more_differences=gate.more_differences,
    )


def _end(gate: NotedGate, later: Sequence[NotedGate], outcome: Outcome | None) -> tuple[str, str]:
    if gate_log.by_hand(gate, later, outcome):
        return BY_HAND, "unknown"
    if gate.state == State.FAIL:
        return FAILED, "bad"
    if gate.continue_asked_at or (gate.hook == OVER and gate.state == State.PASS):
        return PASSED, "good"
    if outcome in WENT_BACK:
        return BACK, "bad"
    return (WAITS, "here") if gate.waits and not later else (UNKNOWN, "unknown")


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
