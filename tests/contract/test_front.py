"""The front's expressions on the engine that Step Functions names, and on the local AWS's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from statemachine.definition import Machine, definition_text
from tests.contract import answers, machines
from tests.contract.jsonata import Local, Reference, Scope, reference
from tests.support import builders as b
from tests.support.fronts import FILLED

ASKED = {"commit": b.SHA, "wants": "build", "reason": "why", "requested_by": "somebody", "via": "the command"}
WRONG: tuple[Any, ...] = (
    "a text",
    None,
    [ASKED],
    {},
    {**ASKED, "service": "another"},
    {**ASKED, "reason": 1},
    {**ASKED, "reason": None},
    {**ASKED, "reason": "x" * 201},
    {**ASKED, "commit": b.SHA[:12]},
    {**ASKED, "commit": f"{b.SHA}0"},
    {**ASKED, "commit": f"{b.SHA[:-1]}\n"},
    {**ASKED, "wants": "everything"},
    {**ASKED, "pushed_at": "yesterday"},
)
RIGHT: tuple[Any, ...] = (
    ASKED,
    {"commit": b.SHA, "wants": "push"},
    {**ASKED, "wants": "deployment", "pushed_at": "2026-01-02T03:04:05Z"},
)


@pytest.fixture(scope="module")
def engine() -> Iterator[Reference]:
    """The reference engine."""
    with reference() as found:
        yield found


def expressions() -> list[tuple[str, str]]:
    """Return the expressions by their places, with what the template fills in."""
    text = re.sub(r"\$\{(\w+)\}", lambda found: FILLED[found[1]], definition_text(Machine.ASK))
    found = list(machines.expressions(json.loads(text)["States"]))
    return [(place, each.removeprefix("{%").removesuffix("%}").strip()) for place, each in found]


def scope(given: Any, error: Mapping[str, Any]) -> Scope:
    """Return what an expression may see."""
    started = {"Name": "a" * 80, "Id": "arn", "StartTime": "2026-01-02T03:04:05.678Z"}
    states = {
        "input": given,
        "context": {"Execution": started},
        "result": {"Build": {"Id": "p:1"}},
        "errorOutput": error,
    }
    failure = {"state": "Record", "code": "AccessDenied", "reason": "no"}
    return Scope({"refused": "", "build": "p:1", "failure": failure}, states)


@pytest.mark.parametrize("given", RIGHT, ids=range(len(RIGHT)))
def test_each_expression_has_one_value(engine: Reference, given: Any) -> None:
    """Whatever went wrong, no state dies of its expressions; what is right is not refused."""
    for error in answers.ERRORS:
        seen = scope(given, error.output)
        said = {place: engine.value(each, seen) for place, each in expressions()}
        assert said == {place: Local().value(each, seen) for place, each in expressions()}
        assert said["Read.Assign.refused"] == ""


@pytest.mark.parametrize("given", WRONG, ids=range(len(WRONG)))
def test_what_is_wrong_is_said(engine: Reference, given: Any) -> None:
    """Of any input at all: an expression that failed would name no field."""
    (refused,) = (each for place, each in expressions() if place == "Read.Assign.refused")
    said = engine.value(refused, scope(given, {}))
    assert said
    assert said == Local().value(refused, scope(given, {}))
