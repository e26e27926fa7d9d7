"""JudgeGate: may ECS continue from the gate at which it waits for Landfall?"""

from __future__ import annotations

from dataclasses import dataclass

from landfall.gates.gate_state import GateState
from landfall.judging import Counted, Judged
from landfall.model import Baseline, Deployment, Release, Verdict
from landfall.runtime.step import step
from landfall.runtime.world import World
from landfall.smoke.case import Check
from landfall.steps.shifting import gate_look, gate_noting


@dataclass(frozen=True)
class GateInput:
    """The deployment that waits, and what the gates knew at the previous look."""

    release: Release
    baseline: Baseline
    deployment: Deployment
    previous: str = ""
    counted: Counted | None = None
    gate: GateState | None = None


@dataclass(frozen=True)
class Output:
    """PASS lets ECS continue. `checks` has the results of the smoke test, if this look ran it."""

    verdict: Verdict
    gate: GateState | None
    checks: tuple[Check, ...]


def run(event: GateInput, world: World) -> Output:
    """Judge the gate once, and write the look into the record."""
    judged = Judged(event.release, event.baseline, event.deployment, event.previous, event.counted)
    seen = gate_look.assess(judged, event.gate, world)
    gate_noting.looked(event.release, seen.noted, world)
    return Output(seen.verdict, seen.state, seen.checks)


handler = step(GateInput, run)
