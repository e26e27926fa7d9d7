"""Two engines of JSONata: the one that Step Functions names, and the local AWS's own."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from stacks import ROOT, nodejs

VERSION = "2.0.6"
"""Step Functions Developer Guide, "Transforming data with JSONata"."""
_SCRIPT = Path(__file__).with_name("evaluate.js")


class Failed(Exception):
    """An expression gave no value: Step Functions raises States.QueryEvaluationError."""


@dataclass(frozen=True)
class Scope:
    """What an expression can see: the execution's variables, and `$states`."""

    variables: Mapping[str, Any]
    states: Mapping[str, Any]


class Engine(Protocol):
    """What evaluates expressions."""

    def value(self, expression: str, scope: Scope) -> Any:
        """Return an expression's value. Raises Failed where it fails or is undefined."""


class Reference:
    """npm's `jsonata` in one process of Node, for as many expressions as there are."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def value(self, expression: str, scope: Scope) -> Any:
        """Return an expression's value. Raises Failed where it fails or is undefined."""
        asked = {"expression": expression, "bindings": {**scope.variables, "states": scope.states}}
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if "value" not in answer:
            raise Failed(answer.get("error", "undefined"))
        return answer["value"]


class Local:
    """What the local AWS evaluates with."""

    def value(self, expression: str, scope: Scope) -> Any:
        """Return an expression's value. Raises Failed where it fails or is undefined."""
        from ministack.services import stepfunctions  # noqa: PLC0415  slow to import

        states = scope.states
        context = {**states.get("context", {}), "variables": dict(scope.variables)}
        try:
            return stepfunctions._evaluate_jsonata(
                expression, states.get("input"), context, states.get("result"), states.get("errorOutput")
            )
        except stepfunctions._ExecutionError as error:
            raise Failed(str(error)) from error


@contextmanager
def reference() -> Iterator[Reference]:
    """Start the reference engine. Raises LookupError where another version of it is installed."""
    package = ROOT / "node_modules" / "jsonata" / "package.json"
    found = json.loads(package.read_text(encoding="utf-8"))["version"] if package.exists() else "not there"
    if found != VERSION:
        raise LookupError(f"node_modules/jsonata is {found}, not {VERSION}: run `make setup` (stacks.node npm ci)")
    command = [nodejs.program(), str(_SCRIPT)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Reference(process)
        finally:
            assert process.stdin
            process.stdin.close()
