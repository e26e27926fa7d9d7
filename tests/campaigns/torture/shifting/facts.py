"""What a scenario says of a service that has one of ECS's strategies: its gates, weights, traffic, people and alarms.

A fact holds while the newest deployment is at its `stage` (or in the status of that name), once that deployment has
been asked to give green its `weight` in percent. `at` and `until` count from the moment that both became so; where a
fact names neither, from the update.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.campaigns.torture.facts import FOREVER


@dataclass(frozen=True)
class WeightFact:
    """The live rule does not have the weight that ECS asked for: it has `live`, from `at` to `until` after the ask.

    With a `stage` (or status), after the release's deployment has come there with that weight.
    """

    asked: float
    live: float
    at: float = 0
    until: float = FOREVER
    stage: str = ""


@dataclass(frozen=True)
class HandFact:
    """What somebody else does: `continue` or `rollback` on the hook that waits; `stop` or `fail` the deployment (ECS
    rolls it back for a `reason`, with `alarms`); deploy `again` or an `other` revision.
    """

    do: str
    at: float = 0
    stage: str = ""
    weight: float = -1
    reason: str = ""
    alarms: tuple[str, ...] = ()


@dataclass(frozen=True)
class AlarmFact:
    """A CloudWatch alarm that Landfall is to watch, and when it is red. `insufficient`: it has no data instead."""

    name: str
    at: float = FOREVER
    until: float = FOREVER
    stage: str = ""
    weight: float = -1
    insufficient: bool = False


@dataclass(frozen=True)
class TrafficFact:
    """What the requests to a role's target group meet: share of 5xx answers, seconds, and all requests a minute.

    `absent`: CloudWatch has no series of that group. `early_errors`: errors show before the requests of their minute.
    `lost`: the share that the load balancer itself answers, so that no code of a target is counted; `refused`: of 4xx
    answers. `lines`: what the role's tasks log in a minute with all traffic, of which `log_errors` are errors.
    """

    of: str
    at: float = 0
    until: float = FOREVER
    stage: str = ""
    weight: float = -1
    errors: float | None = None
    p50: float | None = None
    p95: float | None = None
    rpm: float | None = None
    lost: float | None = None
    refused: float | None = None
    lines: float | None = None
    log_errors: float | None = None
    absent: bool = False
    early_errors: bool = False


@dataclass(frozen=True)
class DeathFact:
    """Landfall's execution is stopped then; its recovery begins `gone` seconds later."""

    at: float = 0
    stage: str = ""
    weight: float = -1
    gone: float = 120


@dataclass(frozen=True)
class StrategyFact:
    """How ECS deploys the service, and Landfall's settings for it.

    `percent` and `step_bake` (minutes) of canary or linear; `bake`: ECS's own bake; `minutes` and `then` of the hook's
    timeout. `gates` are Landfall's, `owner` further stages with a pause. `blue`: the group that serves at the start.
    `forgotten`: ECS lists no service deployment from before. `older`: the statuses of some from before the one that
    serves. `reaches`: the greatest share of production traffic that the release may ever get. `settings`: keys of
    `[services.x.strategy]`.
    """

    name: str = "BLUE_GREEN"
    percent: float = 10
    step_bake: float = 1
    bake: float = 0
    minutes: int = 240
    then: str = "ROLLBACK"
    gates: tuple[str, ...] = ("before_traffic", "shift", "bake")
    owner: tuple[str, ...] = ()
    test: bool = True
    nlb: bool = False
    blue: int = 1
    forgotten: bool = False
    older: tuple[str, ...] = ()
    reaches: float = 100
    rollback_fails: bool = False
    rollback_seconds: float = 45
    rpm: float = 600
    weights: tuple[WeightFact, ...] = ()
    hands: tuple[HandFact, ...] = ()
    alarms: tuple[AlarmFact, ...] = ()
    traffic: tuple[TrafficFact, ...] = ()
    dies: DeathFact | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
