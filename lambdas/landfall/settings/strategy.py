"""The strategy settings of services.toml: [services.<name>.strategy], for blue/green, canary and linear services.

ECS's own configuration of the service says which strategy it has. The table says what Landfall does at its gates: the
stages of a deployment at which ECS waits for Landfall (docs/decisions/0117-landfall-is-the-judge-at-the-pauses.md).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from landfall.settings.traffic import Traffic

Gate = Literal["before_traffic", "shift", "bake"]
Compared = Literal["status", "security_headers", "latency"]
BEFORE_TRAFFIC: Gate = "before_traffic"
SHIFT: Gate = "shift"
BAKE: Gate = "bake"
STAGES: dict[Gate, str] = {
    BEFORE_TRAFFIC: "POST_TEST_TRAFFIC_SHIFT",
    SHIFT: "PRE_PRODUCTION_TRAFFIC_SHIFT",
    BAKE: "POST_PRODUCTION_TRAFFIC_SHIFT",
}
"""The stage of ECS at which each gate is (ECS API reference, DeploymentLifecycleHook: `lifecycleStages`)."""
SHIFTING = ("CANARY", "LINEAR")
"""The strategies that shift production traffic in more than one step. Only they come to the gate `shift`."""


@dataclass(frozen=True)
class Strategy:
    """What Landfall does while ECS pauses a deployment for it.

    `gates` are those at which Landfall judges; any other pause is the owner's. `test_url` is the address behind the
    test listener, which `test_headers` reach too. `compare` are read-only paths that are asked of blue and green side
    by side; None: the smoke checks that are plain GETs. Differences of the kinds in `compare_fails` fail the gate.
    `undecided`: what to do if too few requests came by the end of a gate. `gate_seconds`: how long one gate may look
    for its answer. `bake_seconds`: the shortest time at the gate `bake`. `deployment_seconds`: how long all gates and
    shifts may take together. `alarms`: names of CloudWatch alarms that Landfall watches at its gates.
    """

    gates: tuple[Gate, ...] = (BEFORE_TRAFFIC, SHIFT, BAKE)
    test_url: str | None = None
    test_headers: dict[str, str] = field(default_factory=dict)
    compare: tuple[str, ...] | None = None
    compare_fails: tuple[Compared, ...] = ("status", "security_headers")
    undecided: Literal["back", "go_on"] = "back"
    gate_seconds: int = 900
    bake_seconds: int = 300
    deployment_seconds: int = 21600
    alarms: tuple[str, ...] = ()
    traffic: Traffic = field(default_factory=Traffic)

    def gate_at(self, stage: str) -> Gate | None:
        """Return the gate of Landfall at a stage; None if the stage, and so its pause, is the owner's."""
        return next((gate for gate in self.gates if STAGES[gate] == stage), None)

    def longest(self, gate: Gate) -> int:
        """Return how many seconds a gate may take. ECS has to pause for so long at least."""
        return self.gate_seconds + (self.bake_seconds if gate == BAKE else 0)
