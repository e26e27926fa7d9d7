"""Landfall through a scenario in virtual time: the real state machine's file, the real steps, a replayed world."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any, get_type_hints

from landfall.runtime import patience
from landfall.wire import OUTPUT_LIMIT, parse
from statemachine.definition import definition
from tests.campaigns.torture import replies
from tests.campaigns.torture.asl import Clock, Execution, Invoke, TaskFailed
from tests.campaigns.torture.replay_world import ReplayWorld
from tests.campaigns.torture.roles import SHAS
from tests.campaigns.torture.scenario import Scenario
from tests.campaigns.torture.shifting import laws
from tests.campaigns.torture.shifting.cloud import StrategyCloud

STEP_SECONDS = 0.5
"""What an invocation takes."""
OUTCOMES = {
    "ReleaseRolledBack": "ROLLED_BACK",
    "ReleaseRejected": "REJECTED",
    "RollbackFailed": "ROLLBACK_FAILED",
    "ReleaseSuperseded": "SUPERSEDED",
    "NoBaseline": "NO_BASELINE",
}
DECIDED = ("Rollback", "ReportFailure", "ReportRejection", "ReportSuccess")


@dataclass(frozen=True)
class Run:
    """How Landfall ended a scenario. `seconds`: from the update to the verdict; `ended`: to the very end.

    With a strategy, `reached`: the greatest share of production traffic that the release had; `broken`: what is not so.
    """

    outcome: str
    code: str
    reason: str
    seconds: float
    ended: float
    notices: tuple[str, ...]
    events: tuple[dict[str, Any], ...]
    record: dict[str, Any]
    states: tuple[tuple[float, str], ...] = field(repr=False, default=())
    reached: float = 0
    broken: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """Return what a tool that only says success or failure would have said."""
        return "success" if self.outcome in ("SUCCEEDED", "NO_CHANGE") else "failure"


def run(scenario: Scenario) -> Run:
    """Send a release through a scenario."""
    clock = Clock()
    world = ReplayWorld(scenario, clock)

    def invoke(function: str, payload: Any) -> Any:
        clock.now += STEP_SECONDS
        if is_dead(world, clock.now):
            world.executions.stopped.add(execution.arn)
            raise Died
        return invoked(module_of(function), payload, world)

    execution = Execution(definition(), invoke, clock, awaits=world.people.until)
    try:
        execution.run({"service": "sample", "image_tag": SHAS["ours"], "requested_by": "torture"})
    except Died:
        execution = recovery(execution, invoke, clock, world)
    return result(execution, world)


class Died(Exception):
    """Landfall's execution is stopped."""


def is_dead(world: ReplayWorld, now: float) -> bool:
    """Say whether the scenario stops the execution by now, and has not done so yet."""
    told = world.cloud.scenario.strategy
    if not isinstance(world.cloud, StrategyCloud) or told is None or told.dies is None or world.executions.stopped:
        return False
    world.cloud.plays.advance(now)
    begun = world.cloud.plays.since(told.dies, now)
    return begun is not None and begun + told.dies.at <= now


def recovery(dead: Execution, invoke: Invoke, clock: Clock, world: ReplayWorld) -> Execution:
    """Recover a deployment whose execution was stopped, once the pipeline is there again."""
    assert world.cloud.scenario.strategy
    assert world.cloud.scenario.strategy.dies
    clock.now += world.cloud.scenario.strategy.dies.gone
    execution = Execution(definition(), invoke, clock, name=f"{dead.name}-recovery")
    asked = {"service": "sample", "deployment_id": dead.name, "intent": "recover", "requested_by": "torture"}
    return execution.run(asked)


def invoked(step: str, payload: Any, world: ReplayWorld) -> Any:
    """Run a step as its wrapper does: JSON in, JSON out, small."""
    kind, function = parts_of(step)
    try:
        answer = json.dumps(asdict(function(parse(kind, json.loads(json.dumps(payload))), world)))
    except Exception as wrong:
        error = patience.spent(wrong, payload, world.now())
        # Step Functions names a failed Lambda's error by its class
        raise TaskFailed(type(error).__name__, json.dumps({"errorMessage": str(error)})) from wrong
    assert len(answer.encode()) <= OUTPUT_LIMIT, f"{step} answers {len(answer)} bytes"
    return json.loads(answer)


@cache
def parts_of(step: str) -> tuple[type[Any], Callable[[Any, Any], Any]]:
    """Return a step's input class, which its `run` is annotated with, and that `run`."""
    function = importlib.import_module(step).run
    return next(iter(get_type_hints(function).values())), function


def module_of(function: str) -> str:
    """Return the module of `${CheckStabilityArn}`: check_stability."""
    name = function.removeprefix("${").removesuffix("Arn}")
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def result(execution: Execution, world: ReplayWorld) -> Run:
    """Read from an execution that is over how it ended."""
    own = {execution.arn, *world.executions.stopped}
    records = [r for r in world.ledger.since(replies.SERVICE, "2") if r["execution_arn"] in own]
    record = records[0] if len(records) == 1 else {}
    known = execution.variables
    outcome = str(known.get("settled", "")) if execution.status == "SUCCEEDED" else OUTCOMES.get(execution.error, "")
    failure = known.get("failure") or known.get("verdict") or {}
    if outcome in ("SUCCEEDED", "NO_CHANGE"):
        failure = known["verdict"]
    start = world.cloud.story.updated_at or 0.0
    decided = next((at for at, state in execution.entered if state in DECIDED), execution.clock.now)
    return Run(
        outcome=outcome or f"{execution.status} {execution.error}",
        code=str(failure.get("code", "")),
        reason=str(failure.get("reason", "")),
        seconds=round(decided - start, 1),
        ended=round(execution.clock.now - start, 1),
        notices=tuple(notice.text for notice in world.topic),
        events=tuple(world.events),
        record=record,
        states=tuple(execution.entered),
        reached=laws.most(world.cloud),
        broken=(*laws.broken(world.cloud, outcome), *world.cloud.after.broken()),
    )
