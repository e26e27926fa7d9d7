"""Enters the states of a machine's own file as Step Functions would, with any engine of JSONata.

What a step answers and how it fails is the caller's. Retries are left out: what is caught was retried before.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.contract.jsonata import Engine, Failed, Scope

LONGEST_WAIT = 99_999_999
"""Seconds (Step Functions Developer Guide, "Wait workflow state")."""
PAYLOAD = 256 * 1024
"""Bytes of a state's input or output, of a variable, and of what one Assign assigns (the same guide, quotas)."""

State = Mapping[str, Any]


@dataclass(frozen=True)
class Error:
    """How a task failed: what `$states.errorOutput` is."""

    output: Mapping[str, Any]


@dataclass(frozen=True)
class Entered:
    """One expression as it was evaluated: where, and what it saw."""

    place: str
    expression: str
    scope: Scope


Act = Callable[[str, State, Any], Any]
"""Answers a Task state, by its name, for its arguments: what `$states.result` is, or an Error."""


@dataclass
class Execution:
    """An execution of a machine."""

    definition: Mapping[str, Any]
    engine: Engine
    act: Act
    name: str
    variables: dict[str, Any] = field(default_factory=dict)
    entered: list[Entered] = field(default_factory=list)
    way: list[str] = field(default_factory=list)

    def run(self, document: Any, most: int) -> None:
        """Run to an end, or through so many states. Raises Failed, AssertionError."""
        name, given = str(self.definition["StartAt"]), document
        for _ in range(most):
            name, given = self.enter(name, given)
            if not name:
                return
            assert len(json.dumps(given).encode()) <= PAYLOAD, f"{name}: its input is too large"

    def rules(self, name: str, state: State) -> None:
        """Evaluate all that a Choice could, and not only up to the first rule that holds."""
        for number, rule in enumerate(state["Choices"]):
            self._holds(f"{name}.Choices[{number}]", rule, {})
            self._assign(f"{name}.Choices[{number}]", rule, {"input": {}})
        self._assign(name, state, {"input": {}})

    def enter(self, name: str, given: Any) -> tuple[str, Any]:
        """Go through one state. Returns what comes next, and its input; an end is followed by nothing."""
        state = self.definition["States"][name]
        self.way.append(name)
        match state["Type"]:
            case "Succeed" | "Fail":
                self._ended(name, state, given)
                return "", given
            case "Pass":
                self._assign(name, state, {"input": given})
            case "Wait":
                self._waited(name, state, given)
            case "Choice":
                return self._choice(name, state, given)
            case "Task":
                return self._task(name, state, given)
        return str(state["Next"]), given

    def _waited(self, name: str, state: State, given: Any) -> None:
        seconds = self._evaluated(f"{name}.Seconds", state["Seconds"], {"input": given})
        assert type(seconds) is int, f"{name}: waits {seconds!r}"
        assert 0 <= seconds <= LONGEST_WAIT, f"{name}: waits {seconds!r}"

    def _choice(self, name: str, state: State, given: Any) -> tuple[str, Any]:
        for number, rule in enumerate(state["Choices"]):
            at = f"{name}.Choices[{number}]"
            if self._holds(at, rule, given):
                self._assign(at, rule, {"input": given})
                return str(rule["Next"]), given
        self._assign(name, state, {"input": given})
        return str(state["Default"]), given

    def _holds(self, place: str, rule: State, given: Any) -> bool:
        holds = self._evaluated(f"{place}.Condition", rule["Condition"], {"input": given})
        assert isinstance(holds, bool), f"{place}: {holds!r}"
        return holds

    def _task(self, name: str, state: State, given: Any) -> tuple[str, Any]:
        arguments = self._evaluated(f"{name}.Arguments", state["Arguments"], {"input": given})
        seconds = self._evaluated(f"{name}.TimeoutSeconds", state.get("TimeoutSeconds", 1), {"input": given})
        assert type(seconds) is int, f"{name}: times out after {seconds!r}"
        result = self.act(name, state, arguments)
        if not isinstance(result, Error):
            self._assign(name, state, {"input": given, "result": result})
            return state["Next"], result
        (catch,) = state["Catch"]
        self._assign(f"{name}.Catch[0]", catch, {"input": given, "errorOutput": result.output})
        return catch["Next"], result.output

    def _ended(self, name: str, state: State, given: Any) -> None:
        for part in ("Error", "Cause"):
            if part in state:
                said = self._evaluated(f"{name}.{part}", state[part], {"input": given})
                assert isinstance(said, str), f"{name}.{part}: {said!r}"
                assert len(said) <= (32768 if part == "Cause" else 256), f"{name}.{part} is too long"

    def _assign(self, place: str, by: State, states: Mapping[str, Any]) -> None:
        """Assign as AWS does: every value by the variables as they were before."""
        new = self._evaluated(f"{place}.Assign", by.get("Assign", {}), states)
        assert len(json.dumps(new).encode()) <= PAYLOAD, f"{place}: too much for one Assign"
        self.variables.update(new)

    def _evaluated(self, place: str, value: Any, states: Mapping[str, Any]) -> Any:
        if isinstance(value, dict):
            return {k: self._evaluated(f"{place}.{k}", v, states) for k, v in value.items()}
        if isinstance(value, list):
            return [self._evaluated(f"{place}[{n}]", v, states) for n, v in enumerate(value)]
        if not is_expression(value):
            return value
        started = {"Id": f"arn:aws:states:us-east-1:123456789012:execution:landfall:{self.name}", "Name": self.name}
        context = {
            "Execution": {**started, "StartTime": "2026-01-02T03:04:05.678Z"},
            "State": {"Name": place},
            "Task": {"Token": "token"},
        }
        scope = Scope(dict(self.variables), {"context": context, **states})
        seen = Entered(place, value.removeprefix("{%").removesuffix("%}").strip(), scope)
        self.entered.append(seen)
        try:
            return self.engine.value(seen.expression, scope)
        except Failed as error:
            raise Failed(f"{place}: {seen.expression}: {error}") from error


def is_expression(value: Any) -> bool:
    """Say whether a value of a definition is one that JSONata evaluates."""
    return isinstance(value, str) and value.startswith("{%") and value.endswith("%}")


def expressions(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield each expression in a definition, and where it is."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from expressions(inner, f"{place}.{key}" if place else key)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from expressions(inner, f"{place}[{number}]")
    elif is_expression(value):
        yield place, value
