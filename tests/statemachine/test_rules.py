"""The state machine keeps its rules, and the rules notice when it doesn't."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from landfall import errors
from landfall.model import Outcome
from statemachine.definition import definition, definition_text
from tests.statemachine.rules import RULES, Rule, edges, of_type


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.__name__)
def test_the_machine_keeps(rule: Rule) -> None:
    """Each rule of the design holds of the file that is deployed."""
    assert list(rule(definition())) == []


def _mutants() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every definition that lacks one safety part of one state."""
    for name, state in definition()["States"].items():
        for part in ("Catch", "Default", "Retry", "TimeoutSeconds", "Comment"):
            if part in state:
                mutant = copy.deepcopy(definition())
                del mutant["States"][name][part]
                yield f"{name} without {part}", mutant


@pytest.mark.parametrize(("mutant"), [pytest.param(m, id=name) for name, m in _mutants()])
def test_a_missing_part_is_noticed(mutant: dict[str, Any]) -> None:
    """Delete a Catch, a Default, a Retry, a timeout or a comment anywhere, and a rule is broken."""
    assert [violation for rule in RULES for violation in rule(mutant)]


@pytest.mark.parametrize("variable", definition()["States"]["Begin"]["Assign"])
def test_an_unassigned_variable_is_noticed(variable: str) -> None:
    """Begin assigns what some way would otherwise leave undefined: forget one, and a rule is broken."""
    mutant = copy.deepcopy(definition())
    del mutant["States"]["Begin"]["Assign"][variable]

    assert [violation for rule in RULES for violation in rule(mutant)]


def test_a_loop_without_its_counter_is_noticed() -> None:
    """Were a loop to stop counting, the rule on loops would say so."""
    for name, state in of_type(definition(), "Task").items():
        for counter in {"attempts", "rounds"} & {
            v for _, a, _ in edges(state) for v, e in a.items() if "+ 1" in str(e)
        }:
            mutant = copy.deepcopy(definition())
            del mutant["States"][name]["Assign"][counter]

            assert [violation for rule in RULES for violation in rule(mutant)], (name, counter)


def test_custom_error_names_are_the_classes() -> None:
    """An error caught by name is a class of the tree: a renamed class can't silently lose its Retry."""
    named = {
        error
        for state in of_type(definition(), "Task").values()
        for handler in (*state["Retry"], *state["Catch"])
        for error in handler["ErrorEquals"]
        if not error.startswith("States.")
    }

    assert named == {errors.InvalidStepInput.__name__, errors.StepOutputTooLarge.__name__}


def test_every_outcome_has_its_ending() -> None:
    """The Fail names are the contract of the outcomes; ReleaseTakenOver leaves the outcome to another execution."""
    fails = {s["Error"] for s in of_type(definition(), "Fail").values()}
    said = {a["outcome"] for s in definition()["States"].values() for _, a, _ in edges(s) if a.get("outcome")}
    assigned = {outcome for outcome in said if not outcome.startswith("{%")}  # a recovery knows it from the record

    endings = {"ReleaseRolledBack", "ReleaseRejected", "RollbackFailed", "ReleaseSuperseded", "NoBaseline"}
    assert fails == endings | {"ReleaseTakenOver"}
    assert assigned == {o.value for o in Outcome}


def test_the_file_is_plain_json() -> None:
    """Tools other than ours must be able to read it: no duplicate keys, no unquoted placeholder."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(pairs) == len(dict(pairs))
        return dict(pairs)

    assert json.loads(definition_text(), object_pairs_hook=unique)["QueryLanguage"] == "JSONata"
