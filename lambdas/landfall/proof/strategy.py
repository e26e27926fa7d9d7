"""The strategy that a service has by ECS's own configuration, as plain values. Reading it never raises.

Sources: ECS API reference, DeploymentConfiguration, DeploymentLifecycleHook, CanaryConfiguration, LinearConfiguration
and AdvancedConfiguration (of a load balancer).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from landfall.proof.aws_reply import Reply, each, number, sub, text

ROLLING = "ROLLING"
BLUE_GREEN = "BLUE_GREEN"
CANARY = "CANARY"
LINEAR = "LINEAR"
PAUSE = "PAUSE"
DEFAULT_CANARY, DEFAULT_CANARY_MINUTES = 5.0, 10
DEFAULT_STEP, DEFAULT_STEP_MINUTES = 10.0, 6
"""ECS API reference, CanaryConfiguration and LinearConfiguration."""
WHOLE = 100.0
"""All traffic, in percent."""


@dataclass(frozen=True)
class HookView:
    """One lifecycle hook. `minutes` and `then` are None and empty where ECS's answer does not have them.

    A hook without a target is a pause, since every other kind has one.
    """

    stages: tuple[str, ...]
    kind: str
    target: str = ""
    minutes: int | None = None
    then: str = ""

    @property
    def pauses(self) -> bool:
        """Say whether the hook waits for somebody to continue it."""
        return self.kind == PAUSE or not self.target


@dataclass(frozen=True)
class Balanced:
    """One target group of the service, and what ECS needs to shift traffic to its alternate group.

    The rules are the ARN of a rule for an Application Load Balancer, of a listener for a Network Load Balancer.
    """

    group: str
    container: str = ""
    port: int = 0
    alternate: str = ""
    production_rule: str = ""
    test_rule: str = ""
    role: str = ""

    @property
    def groups(self) -> tuple[str, ...]:
        """Return the ARNs of its target groups."""
        return tuple(arn for arn in (self.group, self.alternate) if arn)


@dataclass(frozen=True)
class StrategyView:
    """The strategy of a service. `name` is ROLLING where ECS names none. Percentages are of the production traffic."""

    name: str = ROLLING
    hooks: tuple[HookView, ...] = ()
    balanced: tuple[Balanced, ...] = ()
    bake_minutes: int = 0
    canary_percent: float = DEFAULT_CANARY
    canary_minutes: int = DEFAULT_CANARY_MINUTES
    step_percent: float = DEFAULT_STEP
    step_minutes: int = DEFAULT_STEP_MINUTES

    @property
    def is_rolling(self) -> bool:
        """Say whether ECS replaces the tasks step by step, without a second fleet."""
        return self.name == ROLLING

    @property
    def production_rules(self) -> tuple[str, ...]:
        """Return the ARNs that production traffic comes through, each once."""
        return tuple(dict.fromkeys(one.production_rule for one in self.balanced if one.production_rule))

    @property
    def test_rules(self) -> tuple[str, ...]:
        """Return the ARNs that test traffic comes through, each once."""
        return tuple(dict.fromkeys(one.test_rule for one in self.balanced if one.test_rule))

    @property
    def groups(self) -> tuple[str, ...]:
        """Return the ARNs of all its target groups, each once."""
        return tuple(dict.fromkeys(arn for one in self.balanced for arn in one.groups))

    @property
    def shifts(self) -> int:
        """Return how often ECS shifts production traffic: steps of 20 % are five shifts, a canary has two."""
        if self.name == LINEAR:
            return math.ceil(WHOLE / max(self.step_percent, 1.0))
        return 2 if self.name == CANARY else 1

    @property
    def waits_minutes(self) -> int:
        """Return how many minutes ECS itself waits between its shifts and after the last one."""
        between = {CANARY: self.canary_minutes, LINEAR: (self.shifts - 1) * self.step_minutes}
        return between.get(self.name, 0) + self.bake_minutes

    def pauses_at(self, stage: str) -> tuple[HookView, ...]:
        """Return the pause hooks of a stage. Hooks of one stage wait side by side."""
        return tuple(hook for hook in self.hooks if hook.pauses and stage in hook.stages)


def strategy_view(reply: Reply) -> StrategyView:
    """Read one entry of DescribeServices' `services`."""
    config = sub(reply, "deploymentConfiguration")
    canary, linear = sub(config, "canaryConfiguration"), sub(config, "linearConfiguration")
    return StrategyView(
        name=text(config, "strategy") or ROLLING,
        hooks=tuple(_hook(hook) for hook in each(config, "lifecycleHooks")),
        balanced=tuple(_balanced(one) for one in each(reply, "loadBalancers") if text(one, "targetGroupArn")),
        bake_minutes=number(config, "bakeTimeInMinutes"),
        canary_percent=_percent(canary.get("canaryPercent"), DEFAULT_CANARY),
        canary_minutes=number(canary, "canaryBakeTimeInMinutes", DEFAULT_CANARY_MINUTES),
        step_percent=_percent(linear.get("stepPercent"), DEFAULT_STEP),
        step_minutes=number(linear, "stepBakeTimeInMinutes", DEFAULT_STEP_MINUTES),
    )


def _hook(reply: Reply) -> HookView:
    stages, timeout = reply.get("lifecycleStages"), sub(reply, "timeoutConfiguration")
    minutes = number(timeout, "timeoutInMinutes", -1)
    return HookView(
        stages=tuple(s for s in stages if isinstance(s, str)) if isinstance(stages, list) else (),
        kind=text(reply, "targetType"),
        target=text(reply, "hookTargetArn"),
        minutes=minutes if minutes > 0 else None,
        then=text(timeout, "action"),
    )


def _balanced(reply: Reply) -> Balanced:
    advanced: Mapping[str, Any] = sub(reply, "advancedConfiguration")
    return Balanced(
        group=text(reply, "targetGroupArn"),
        container=text(reply, "containerName"),
        port=number(reply, "containerPort"),
        alternate=text(advanced, "alternateTargetGroupArn"),
        production_rule=text(advanced, "productionListenerRule"),
        test_rule=text(advanced, "testListenerRule"),
        role=text(advanced, "roleArn"),
    )


def _percent(value: Any, missing: float) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else missing
