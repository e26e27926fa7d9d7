"""The stages of a deployment with a strategy, in order, and the weights and waits on the way.

AWS ("Amazon ECS blue/green deployments", "… linear deployments", "… canary deployments", "Lifecycle hooks for Amazon
ECS service deployments", "API_CanaryConfiguration", "API_LinearConfiguration"): the stages and their order, the weights
and the defaults; PRE_PRODUCTION_TRAFFIC_SHIFT comes again before each shift of a canary or linear deployment; only the
bake comes after the shift to 100 %. Our reading: a step's own bake passes in PRODUCTION_TRAFFIC_SHIFT.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

WHOLE = 100.0
SCALE_UP, TEST_SHIFT, SHIFT = "SCALE_UP", "TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT"
BAKE, CLEAN_UP = "BAKE_TIME", "CLEAN_UP"
BEFORE = ("RECONCILE_SERVICE", "PRE_SCALE_UP", SCALE_UP, "POST_SCALE_UP", TEST_SHIFT, "POST_TEST_TRAFFIC_SHIFT")
BEFORE_SHIFT, AFTER_SHIFT = "PRE_PRODUCTION_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT"
UNHOOKED = frozenset({SCALE_UP, TEST_SHIFT, SHIFT, BAKE, CLEAN_UP})
"""The stages without pause hooks."""


@dataclass(frozen=True)
class Step:
    """One stage: the percentage of production traffic that green gets there, if it changes, and a wait in minutes."""

    stage: str
    percent: float | None = None
    minutes: float = 0


def steps(config: dict[str, Any]) -> list[Step]:
    """Return the stages of a deployment with this deployment configuration."""
    found = [Step(stage) for stage in BEFORE]
    for percent, minutes in shifts(config):
        if config.get("strategy") != "BLUE_GREEN":
            found.append(Step(BEFORE_SHIFT))
        found.append(Step(SHIFT, percent, minutes))
    return [*found, Step(AFTER_SHIFT), Step(BAKE, minutes=float(config.get("bakeTimeInMinutes") or 0)), Step(CLEAN_UP)]


def shifts(config: dict[str, Any]) -> list[tuple[float, float]]:
    """Return each shift of production traffic: the percentage for green, and the minutes until the next."""
    if config.get("strategy") == "CANARY":
        told = config.get("canaryConfiguration") or {}
        percent = float(told.get("canaryPercent", 5))
        first = [(percent, float(told.get("canaryBakeTimeInMinutes", 10)))] if percent < WHOLE else []
        return [*first, (WHOLE, 0)]
    if config.get("strategy") == "LINEAR":
        told = config.get("linearConfiguration") or {}
        step, minutes = float(told.get("stepPercent", 10)), float(told.get("stepBakeTimeInMinutes", 6))
        count = int((WHOLE - 1e-9) // step)
        return [*((step * number, minutes) for number in range(1, count + 1)), (WHOLE, 0)]
    return [(WHOLE, 0)]
