"""ContinueGate: lets ECS go on from a gate of Landfall that passed.

On the way back it judges nothing at gates: the baseline was live before, and each minute counts.
"""

from __future__ import annotations

from dataclasses import dataclass

from landfall.gates.gate_state import GateState
from landfall.judging import Counted, Judged, Judgement
from landfall.model import Baseline, Deployment, Release
from landfall.runtime.step import step
from landfall.runtime.world import World
from landfall.steps.shifting import gate_opening


@dataclass(frozen=True)
class OpeningInput:
    """The deployment that waits, and the gate that passed; None on the way back."""

    release: Release
    baseline: Baseline
    deployment: Deployment
    counted: Counted | None = None
    gate: GateState | None = None


def run(event: OpeningInput, world: World) -> Judgement:
    """Continue the deployment if it still waits at this gate."""
    judged = Judged(event.release, event.baseline, event.deployment, counted=event.counted)
    return Judgement(gate_opening.go_on(judged, event.gate, world))


handler = step(OpeningInput, run)
