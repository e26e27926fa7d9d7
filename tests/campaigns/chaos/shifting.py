"""Services whose traffic ECS shifts, among the random deployments: their settings, and faults of their own steps."""

from __future__ import annotations

from random import Random
from typing import Any

from landfall.settings.strategy import SHIFT, SHIFTING, STAGES
from local.faults.planned import INVOKE, Kind, Rule

STRATEGIES = ("blue_green", "canary", "linear")
LONGER = 400.0
"""Seconds that a deployment takes longer: each gate takes its time, on the way back too."""
HOW: dict[str, dict[str, Any]] = {
    "blue_green": {},
    "canary": {"canary_percent": 20.0, "canary_bake_minutes": 0},
    "linear": {"step_percent": 50.0, "step_bake_minutes": 0},
}
CALLS = {
    "judge-gate": (
        *("ecs:DescribeServices", "ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions", "ecs:ListTasks"),
        *("elasticloadbalancing:DescribeTargetHealth", "elasticloadbalancing:DescribeRules"),
        *("monitoring:GetMetricData", "logs:FilterLogEvents"),
    ),
    "continue-gate": ("ecs:DescribeServices", "ecs:DescribeServiceDeployments", "ecs:ContinueServiceDeployment"),
    "rollback": ("ecs:StopServiceDeployment", "ecs:ListServiceDeployments"),
}
"""What the steps at the gates call, as far as faults are put there, under the names that requests are signed for."""
KINDS = (Kind.THROTTLE, Kind.THROTTLE, Kind.FAIL, Kind.FAIL_LATE, Kind.DROP, Kind.DELAY, Kind.KILL)


def settings(strategy: str, common: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of a service. Nobody asks it for anything, so that its gates go on undecided and soon."""
    gates = [gate for gate in STAGES if gate != SHIFT or strategy.upper() in SHIFTING]
    table = {"gates": gates, "test_headers": {"X-Chaos": "test"}, "undecided": "go_on"}
    stack = {**common["stack"], "strategy": strategy, **HOW[strategy]}
    return {**common, "stack": stack, "strategy": {**table, "gate_seconds": 45, "bake_seconds": 10}}


def rules(random: Random) -> list[Rule]:
    """Spoil calls at the gates, and sometimes stop the execution there."""
    found = []
    for _ in range(random.choice((0, 1, 1, 2))):
        step = random.choice(tuple(CALLS))
        call, kind = random.choice(CALLS[step]), random.choice(KINDS)
        seconds = 1.0 if kind is Kind.DELAY else 0.0
        found.append(Rule(call, kind, f"landfall-{step}", random.choice((1, 1, 2)), seconds=seconds))
    if random.random() < 0.2:
        found.append(Rule(INVOKE, Kind.STOP, f"landfall-{random.choice(('judge-gate', 'continue-gate'))}"))
    return found
