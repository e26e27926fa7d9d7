"""A small interpreter of the state machine's own file, in virtual time: the states and fields that file uses.

What it does not know it refuses, so that a state machine that grows does not go untested in silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from tests.campaigns.torture.replies import moment

Json = Any
Invoke = Callable[[str, Json], Json]
Awaits = Callable[[float, float, str], tuple[float, bool]]
"""Of a wait's begin, its end by time and its token: when it is over, and whether the token was used."""
_EXPRESSION = re.compile(r"\{% (.*) %\}", re.S)
_VARIABLE = re.compile(r"\$([A-Za-z_]\w*)\b(?!\s*\()(?!\s*:=)")
_LOCAL = re.compile(r"\$(\w+)\s*:=")
_KNOWN = {"Pass", "Task", "Choice", "Wait", "Succeed", "Fail"}


class TaskFailed(Exception):
    """A Lambda failed: error name and message, as Step Functions sees them."""

    def __init__(self, error: str, cause: str) -> None:
        super().__init__(f"{error}: {cause}")
        self.error, self.cause = error, cause


@dataclass
class Clock:
    """Virtual time, in seconds."""

    now: float = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@dataclass
class Execution:
    """One run of the machine: where it went, what it knows, how it ended."""

    definition: Mapping[str, Any]
    invoke: Invoke
    clock: Clock
    name: str = "20260102T030405Z-torture"
    awaits: Awaits | None = None
    variables: dict[str, Json] = field(default_factory=dict)
    entered: list[tuple[float, str]] = field(default_factory=list)
    status: str = "RUNNING"
    error: str = ""
    cause: str = ""

    def run(self, given: Json, limit: int = 5000) -> Execution:
        """Run to the end."""
        state, at = self.definition["States"][self.definition["StartAt"]], self.definition["StartAt"]
        while self.status == "RUNNING":
            self.entered.append((self.clock.now, at))
            if len(self.entered) > limit:
                raise AssertionError(f"the machine is still running after {limit} states, at {at}")
            at = self._enter(state, given)
            state = self.definition["States"].get(at, {})
        return self

    def _enter(self, state: Mapping[str, Any], given: Json) -> str:
        kind = state["Type"]
        if kind not in _KNOWN:
            raise NotImplementedError(f"the interpreter knows no {kind} state")
        scope = {"input": given, "context": self._context()}
        if kind == "Task":
            return self._task(state, scope)
        if kind == "Choice":
            return self._choice(state, scope)
        if kind in ("Succeed", "Fail"):
            self.status = {"Succeed": "SUCCEEDED", "Fail": "FAILED"}[kind]
            self.error = str(state.get("Error", ""))
            self.cause = str(self._filled(state.get("Cause", ""), scope))
            return ""
        if kind == "Wait":
            self.clock.now += max(0, float(self._filled(state["Seconds"], scope)))
        self._assign(state, scope)
        return str(state["Next"])

    def _task(self, state: Mapping[str, Any], scope: dict[str, Json]) -> str:
        token = f"token-{len(self.entered)}"
        scope["context"]["Task"] = {"Token": token}
        arguments = self._filled(state["Arguments"], scope)
        tried: dict[int, int] = {}
        while True:
            try:
                result = self.invoke(state["Arguments"]["FunctionName"], arguments["Payload"])
            except TaskFailed as failed:
                wait = self._retry(state, failed.error, tried)
                if wait is not None:
                    self.clock.now += wait
                    continue
                return self._caught(state, failed, scope)
            if str(state["Resource"]).endswith(".waitForTaskToken"):
                return self._awaited(state, scope, token)
            scope["result"] = {"Payload": result}
            self._assign(state, scope)
            return str(state["Next"])

    def _awaited(self, state: Mapping[str, Any], scope: dict[str, Json], token: str) -> str:
        end = self.clock.now + float(self._filled(state["TimeoutSeconds"], scope))
        assert self.awaits
        self.clock.now, used = self.awaits(self.clock.now, end, token)
        if not used:
            return self._caught(state, TaskFailed("States.Timeout", ""), scope)
        self._assign(state, scope)
        return str(state["Next"])

    @staticmethod
    def _retry(state: Mapping[str, Any], error: str, tried: dict[int, int]) -> float | None:
        """Return how long to wait before the next try (jitter may make it shorter), or None when there is none."""
        for index, rule in enumerate(state.get("Retry", [])):
            if _matches(rule["ErrorEquals"], error):
                turn = tried.get(index, 0)
                if turn >= rule.get("MaxAttempts", 3):
                    return None
                tried[index] = turn + 1
                wait = rule.get("IntervalSeconds", 1) * rule.get("BackoffRate", 2) ** turn
                return float(min(wait, rule.get("MaxDelaySeconds", wait)))
        return None

    def _caught(self, state: Mapping[str, Any], failed: TaskFailed, scope: dict[str, Json]) -> str:
        for catch in state.get("Catch", []):
            if _matches(catch["ErrorEquals"], failed.error):
                scope["errorOutput"] = {"Error": failed.error, "Cause": failed.cause}
                self._assign(catch, scope)
                return str(catch["Next"])
        self.status, self.error, self.cause = "FAILED", failed.error, failed.cause
        return ""

    def _choice(self, state: Mapping[str, Any], scope: dict[str, Json]) -> str:
        for rule in state["Choices"]:
            if self._filled(rule["Condition"], scope) is True:
                self._assign(rule, scope)
                return str(rule["Next"])
        self._assign(state, scope)
        return str(state["Default"])

    def _assign(self, state: Mapping[str, Any], scope: dict[str, Json]) -> None:
        self.variables |= self._filled(state.get("Assign", {}), scope)

    def _filled(self, value: Json, scope: Mapping[str, Json]) -> Json:
        if isinstance(value, dict):
            return {k: self._filled(v, scope) for k, v in value.items()}
        if isinstance(value, list):
            return [self._filled(v, scope) for v in value]
        match = _EXPRESSION.fullmatch(value) if isinstance(value, str) else None
        return evaluate(match[1], {**self.variables, "states": dict(scope)}) if match else value

    @property
    def arn(self) -> str:
        """Return its ARN."""
        return f"arn:aws:states:us-east-1:123456789012:execution:landfall:{self.name}"

    def _context(self) -> Json:
        started = moment(self.entered[0][0]).isoformat().replace("+00:00", "Z")
        return {"Execution": {"Id": self.arn, "Name": self.name, "StartTime": started}}


def evaluate(text: str, bound: Mapping[str, Json]) -> Json:
    """Evaluate one JSONata expression. A variable nobody assigned is an error, as it is in Step Functions."""
    unbound = _variables(text) - bound.keys()
    if unbound:
        raise AssertionError(f"{text}: no such variable: {', '.join(sorted(unbound))}")
    compiled = _compiled(text)
    frame = compiled.create_frame()
    for name, value in bound.items():
        frame.bind(name, value)
    return compiled.evaluate(None, frame)


@cache
def _variables(text: str) -> frozenset[str]:
    return frozenset(set(_VARIABLE.findall(text)) - set(_LOCAL.findall(text)))


@cache
def _compiled(text: str) -> Any:
    import jsonata  # type: ignore[import-untyped] # noqa: PLC0415  tests/unit reads scenarios where it is not installed

    return jsonata.Jsonata(text)


def _matches(names: list[str], error: str) -> bool:
    return any(n in (error, "States.ALL") or (n == "States.TaskFailed" and error != "States.Timeout") for n in names)
