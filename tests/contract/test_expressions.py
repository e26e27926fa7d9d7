"""Every expression of the state machines, on the engine that Step Functions names.

An expression that is undefined, or fails, kills an execution where no Catch is: in a Choice, a Wait, a Fail, and in a
Catch itself. The local AWS evaluates with a port of that engine, so what passes there is no proof.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landfall.wire import parse
from statemachine.definition import Machine, definition
from tests.contract import answers, machines
from tests.contract.jsonata import Failed, Local, Reference, Scope, reference
from tests.contract.machines import Entered, Error, Execution, State

INPUTS = st.sampled_from(
    [
        {"service": "sample", "image_tag": "a" * 40},
        {"service": "sample", "deployment_id": "x", "intent": "recover"},
        {"source": "aws.states", "detail": {"status": "FAILED", "executionArn": "arn"}},
        {"source": "aws.ecr", "detail-type": "ECR Image Action", "detail": {}},
        {},
        [],
        None,
        "text",
        7,
        [{"source": "aws.states"}],
        {"source": None, "intent": ["recover"]},
        {"service": "x" * 100_000},
    ]
)
NAMES = st.sampled_from(["20260102T030405Z-sample-aaaaaaa-x1", "b" * 36 + "_" + "c" * 36, "20260102T030405Z-", "1"])
STATES = 15
"""Entered by one execution at most."""
OF_STEPS = (Machine.DEPLOY, Machine.BUILD_WATCH)
"""The machines whose tasks are steps. That of AWS's own calls is in test_front.py."""
EVERY_MACHINE = pytest.mark.parametrize("machine", OF_STEPS, ids=lambda m: m.value)
TIMES = 2
"""How often each state is entered, each time with other variables and other answers."""
REASON = definition()["States"]["Resolve"]["Catch"][0]["Assign"]["failure"]["reason"][2:-2].strip()


@pytest.fixture(scope="module")
def engine() -> Iterator[Reference]:
    """The reference engine."""
    with reference() as found:
        yield found


def understood(name: str, state: State, arguments: Any) -> str:
    """Say which step a Task invokes; what it is handed must be what it takes."""
    step = answers.module(state)
    parse(answers.input_of(step), arguments["Payload"])
    return step


@pytest.fixture(scope="module")
def entered(engine: Reference) -> dict[Machine, list[Entered]]:
    """What was evaluated where every state was entered a few times, by each of its ways."""
    variables = answers.drawn(answers.VARIABLES, TIMES)
    found: dict[Machine, list[Entered]] = {}
    for machine in OF_STEPS:
        told = definition(machine)
        for name, state in told["States"].items():
            for number, each in enumerate(variables):
                for act in acts(state, number):
                    one = Execution(told, engine, act, "20260102T030405Z-sample-aaaaaaa-x1", dict(each))
                    if state["Type"] == "Choice":
                        one.rules(name, state)
                    else:
                        one.enter(name, {"service": "sample"})
                    found.setdefault(machine, []).extend(one.entered)
    return found


def acts(state: State, number: int) -> list[Any]:
    """Return how a Task may be acted out: an answer of its step, and an error."""
    if state["Type"] != "Task":
        return [None]
    possible = drawn_results(answers.module(state))
    answer, error = possible[number % len(possible)], answers.ERRORS[number % len(answers.ERRORS)]
    return [lambda *told: understood(*told) and answer, lambda *told: understood(*told) and error]


@cache
def drawn_results(step: str) -> list[Any]:
    """Return some answers of a step."""
    return answers.drawn(answers.results(step), TIMES)


@EVERY_MACHINE
def test_each_expression_has_a_value(entered: dict[Machine, list[Entered]], machine: Machine) -> None:
    """Whatever variables, answers and errors are, no state dies of its expressions; none of them was left out."""
    every = {place for place, _ in machines.expressions(definition(machine)["States"])}

    assert every - {each.place for each in entered[machine]} == set()


@EVERY_MACHINE
def test_the_local_aws_evaluates_the_same(
    engine: Reference, entered: dict[Machine, list[Entered]], machine: Machine
) -> None:
    """What the end-to-end tests prove of the machines is proven of the engine that AWS names, too."""
    local = Local()
    for scopes in by_expression(entered[machine]).values():
        for each in scopes[:TIMES]:
            assert local.value(each.expression, each.scope) == engine.value(each.expression, each.scope), each.place


def by_expression(entered: list[Entered]) -> dict[str, list[Entered]]:
    """Return what was evaluated by its text: many states have the same."""
    found: dict[str, list[Entered]] = {}
    for each in entered:
        found.setdefault(each.expression, []).append(each)
    return found


@settings(max_examples=15)
@given(data=st.data(), errors=st.sampled_from([2, 1000]), machine=st.sampled_from(OF_STEPS), document=INPUTS)
def test_an_execution_of_any_input_comes_through(
    engine: Reference, data: st.DataObject, errors: int, machine: Machine, document: Any
) -> None:
    """From the start on, with what is null until it is known, every state hands the next what that takes."""

    def act(*told: Any) -> Any:
        step = understood(*told)
        if data.draw(st.integers(1, errors)) == 1:
            return data.draw(st.sampled_from(answers.ERRORS))
        return data.draw(st.sampled_from(drawn_results(step)))

    Execution(definition(machine), engine, act, data.draw(NAMES)).run(document, STATES)


@pytest.mark.parametrize("error", answers.ERRORS, ids=range(len(answers.ERRORS)))
def test_any_error_becomes_a_reason(engine: Reference, error: Error) -> None:
    """A Catch that failed would kill the execution after the service was changed: no rollback would come."""
    scope = Scope({}, {"errorOutput": error.output})
    said = engine.value(REASON, scope)

    assert isinstance(said, str)
    assert len(said) <= 1000
    assert Local().value(REASON, scope) == said


@pytest.mark.parametrize("said", answers.SAID, ids=range(len(answers.SAID)))
def test_a_reason_is_what_the_step_said(engine: Reference, said: str) -> None:
    """A person reads the step's own words, those after a quotation mark too, and not the JSON around them."""
    scope = Scope({}, {"errorOutput": {"Error": "A", "Cause": answers.lambda_cause(said)}})
    escaped = json.dumps(said, ensure_ascii=False)[1:-1].replace('\\"', '"')

    assert engine.value(REASON, scope) == escaped[:1000]


@EVERY_MACHINE
def test_every_catch_reads_an_error_the_same_way(machine: Machine) -> None:
    """One rule, and no Catch that was forgotten when it was mended."""
    written = {text for _, text in machines.expressions(definition(machine)["States"]) if "errorOutput.Cause" in text}

    assert {text.removeprefix("{%").removesuffix("%}").strip() for text in written} == {REASON}


@pytest.mark.parametrize("text", ["$eval('1')", "$missing", "$states.input.none", "$uuid()", "1 +"])
def test_what_step_functions_refuses_is_refused(engine: Reference, text: str) -> None:
    """The engine is as strict as Step Functions: no $eval, and what is undefined is an error."""
    with pytest.raises(Failed):
        engine.value(text, Scope({}, {"input": {}}))


def test_null_is_a_value(engine: Reference) -> None:
    """A baseline that there is none of travels as null, which is not undefined."""
    assert engine.value("$baseline", Scope({"baseline": None}, {})) is None
    assert Local().value("$baseline", Scope({"baseline": None}, {})) is None
