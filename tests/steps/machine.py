"""Calls the steps' real handlers, JSON in and JSON out, wired as the state machine's own file wires them."""

from __future__ import annotations

import importlib
import json
import re
from dataclasses import asdict, replace
from functools import cache
from types import SimpleNamespace
from typing import Any

from landfall.judging import Judged
from landfall.model import Release
from statemachine.definition import definition
from tests.steps import calls, standin
from tests.support import builders as b

_PATH = re.compile(r"\{% \$([\w.]+)( \+ 1)? %\}")

EXECUTION = {"arn": b.EXECUTION, "deployment_id": "20260102T030405Z-one", "started_at": b.NOW.isoformat()}


def invoke(step: str, payload: Any) -> Any:
    """Invoke a step as Lambda would: what goes in and what comes out is JSON."""
    context = SimpleNamespace(function_name=f"landfall-{step}")
    with calls.made_by(step):
        answer = importlib.import_module(step).handler(json.loads(json.dumps(payload)), context)
    return json.loads(json.dumps(answer))


def resolve(document: Any) -> Any:
    """Invoke Resolve for an execution's input."""
    return invoke("resolve", {"input": document, "execution": EXECUTION})


def locked(release: Release) -> Release:
    """Open a record for a release and take its service's lock."""
    standin.open_record(release)
    answer = invoke("acquire_lock", {"release": asdict(release), "owner": release.execution_arn})
    return replace(release, fence=answer["release"]["fence"])


def judge(step: str, judged: Judged) -> Any:
    """Invoke a judging step and return its verdict."""
    return invoke(step, asdict(judged))["verdict"]


@cache
def states() -> dict[str, Any]:
    """Return the states of the file."""
    return dict(definition()["States"])


def begin(document: Any) -> dict[str, Any]:
    """Return the variables an execution begins with."""
    keys = {"service": "_unknown", "deployment_id": EXECUTION["deployment_id"], "execution_arn": EXECUTION["arn"]}
    return {
        "release": {**keys, "requested_at": EXECUTION["started_at"]},
        **dict.fromkeys(("baseline", "deployment", "failure", "counted")),
        "checks": [],
        "report": "",
        "outcome": "",
        "attempts": 0,
        "rounds": 0,
        "states": {"input": document, "context": {"Execution": {"Id": EXECUTION["arn"]}}},
    }


def walk(variables: dict[str, Any], *names: str) -> dict[str, Any]:
    """Enter these Task states one after the other: arguments from the variables, answers into them."""
    for name in names:
        state = states()[name]
        arguments = state["Arguments"]
        answer = invoke(_step(arguments["FunctionName"]), evaluated(arguments["Payload"], variables))
        known = {**variables, "states": {**variables["states"], "result": {"Payload": answer}}}
        variables = {**variables, **evaluated(state.get("Assign", {}), known)}
    return variables


def evaluated(value: Any, variables: dict[str, Any]) -> Any:
    """Evaluate the paths in a state's document, and counts of one more; other expressions stay as they stand."""
    if isinstance(value, dict):
        return {k: evaluated(v, variables) for k, v in value.items()}
    match = _PATH.fullmatch(value) if isinstance(value, str) else None
    if not match:
        return value
    found: Any = variables
    for key in match[1].split("."):
        found = found[key]
    return found + 1 if match[2] else found


def _step(function: str) -> str:
    """Return the module of `${CheckStabilityArn}`: check_stability."""
    name = function.removeprefix("${").removesuffix("Arn}")
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
