"""The state machines keep their rules, and the rules notice when one doesn't."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from landfall import errors
from landfall.model import Outcome
from statemachine.definition import Machine, definition, definition_text
from tests.statemachine.rules import RULES, Rule, edges, of_type, violations

KEPT = [pytest.param(m, rule, id=f"{m.value}-{rule.__name__}") for m, rules in RULES.items() for rule in rules]
EVERY_MACHINE = pytest.mark.parametrize("machine", Machine, ids=lambda m: m.value)


@pytest.mark.parametrize(("machine", "rule"), KEPT)
def test_the_machine_keeps(machine: Machine, rule: Rule) -> None:
    """Each rule of the design holds of the file that is deployed."""
    assert list(rule(definition(machine))) == []


def _parts() -> Iterator[Any]:
    """Every safety part of every state. Each worker collects them all, so a definition is read in its test."""
    for machine in Machine:
        for name, state in definition(machine)["States"].items():
            for part in ("Catch", "Default", "Retry", "TimeoutSeconds", "Comment"):
                if part in state:
                    yield pytest.param(machine, name, part, id=f"{machine.value}: {name} without {part}")


@pytest.mark.parametrize(("machine", "state", "part"), list(_parts()))
def test_a_missing_part_is_noticed(machine: Machine, state: str, part: str) -> None:
    """Delete a Catch, a Default, a Retry, a timeout or a comment anywhere, and a rule is broken."""
    mutant = definition(machine)
    del mutant["States"][state][part]

    assert violations(machine, mutant)


@pytest.mark.parametrize("change", [{"Next": "ReportSuccess"}, {"Condition": "{% $verdict.state = 'PASS' %}"}])
def test_a_success_without_its_bake_is_noticed(change: dict[str, str]) -> None:
    """A machine without the bake breaks a rule."""
    mutant = copy.deepcopy(definition(Machine.DEPLOY))
    mutant["States"]["ConfirmVerdict"]["Choices"][0] |= change

    assert violations(Machine.DEPLOY, mutant)


@pytest.mark.parametrize(
    ("state", "part", "changed"),
    [
        ("AwaitApproval", "Next", "AcquireLock"),
        ("AwaitSignOff", "Next", "ReportSuccess"),
        ("AwaitSignOff", "TimeoutSeconds", 86400),
        ("AwaitApproval", "Assign", {"verdict": "{% $states.result %}"}),
        ("AwaitApproval", "Retry", [{"ErrorEquals": ["States.ALL"], "MaxDelaySeconds": 30, "JitterStrategy": "FULL"}]),
    ],
)
def test_a_wait_for_people_that_decides_is_noticed(state: str, part: str, changed: Any) -> None:
    """What comes with a token is nobody's yes."""
    mutant = copy.deepcopy(definition(Machine.DEPLOY))
    mutant["States"][state][part] = changed

    assert violations(Machine.DEPLOY, mutant)


@pytest.mark.parametrize(
    ("state", "target"), [("Preflighted", "CheckApproval"), ("ConfirmVerdict", "CheckSignOff")], ids=str
)
def test_a_way_past_people_is_noticed(state: str, target: str) -> None:
    """Without the question, with the question behind the way on, or with another condition, a rule is broken."""
    for change in ("gone", "last", "other"):
        mutant = copy.deepcopy(definition(Machine.DEPLOY))
        choices = mutant["States"][state]["Choices"]
        rule = next(each for each in choices if each["Next"] == target)
        if change == "other":
            rule["Condition"] = rule["Condition"].replace("$signed < 1", "$signed < 0")
        else:
            choices.remove(rule)
        if change == "last":
            choices.append(rule)

        assert violations(Machine.DEPLOY, mutant), change


@pytest.mark.parametrize("state", ["ApprovalVerdict", "SignOffVerdict"])
def test_a_sign_off_without_a_yes_is_noticed(state: str) -> None:
    """Only APPROVED counts."""
    mutant = copy.deepcopy(definition(Machine.DEPLOY))
    mutant["States"][state]["Choices"][0]["Condition"] = "{% $verdict.state = 'WAIT' and $attempts < 10 %}"

    assert violations(Machine.DEPLOY, mutant)


@EVERY_MACHINE
def test_a_step_that_gives_up_soon_is_noticed(machine: Machine) -> None:
    """Three retries are 14 s of trouble: a throttle outlasts that."""
    mutant = copy.deepcopy(definition(machine))
    for state in of_type(mutant, "Task").values():
        state["Retry"][-1]["MaxAttempts"] = 3

    assert violations(machine, mutant)


@pytest.mark.parametrize(("state", "variable"), [("ReadBuild", "verdict"), ("ReadBuild", "build")])
def test_what_the_watch_forgets_is_noticed(state: str, variable: str) -> None:
    """The watch has no Begin, so each state must assign what the next one reads."""
    mutant = copy.deepcopy(definition(Machine.BUILD_WATCH))
    del mutant["States"][state]["Assign"][variable]

    assert violations(Machine.BUILD_WATCH, mutant)


def test_a_watch_that_ends_well_after_a_failed_step_is_noticed() -> None:
    """If a Catch led to Begun, a build that nobody looked after would pass for deployed."""
    mutant = copy.deepcopy(definition(Machine.BUILD_WATCH))
    mutant["States"]["EnsureBegun"]["Catch"][0]["Next"] = "Begun"

    assert violations(Machine.BUILD_WATCH, mutant)


@pytest.mark.parametrize("variable", definition()["States"]["Begin"]["Assign"])
def test_an_unassigned_variable_is_noticed(variable: str) -> None:
    """Begin assigns what some way would leave undefined. Without any one of these variables a rule is broken."""
    mutant = copy.deepcopy(definition())
    del mutant["States"]["Begin"]["Assign"][variable]

    assert violations(Machine.DEPLOY, mutant)


def test_a_loop_without_its_counter_is_noticed() -> None:
    """If a loop stopped counting, the rule on loops would say so."""
    for name, state in of_type(definition(), "Task").items():
        for counter in {"attempts", "rounds"} & {
            v for _, a, _ in edges(state) for v, e in a.items() if "+ 1" in str(e)
        }:
            mutant = copy.deepcopy(definition())
            del mutant["States"][name]["Assign"][counter]

            assert violations(Machine.DEPLOY, mutant), (name, counter)


@pytest.mark.parametrize("variable", ["outcome", "settled"])
@pytest.mark.parametrize("state", ["ReportSuccess", "NotifySuccess", "FinishSuccess"])
def test_an_end_that_says_success_by_itself_is_noticed(state: str, variable: str) -> None:
    """If a report or a notice could decide the outcome, one assignment would make a false success."""
    mutant = copy.deepcopy(definition())
    mutant["States"][state]["Catch"][0].setdefault("Assign", {})[variable] = "SUCCEEDED"

    assert violations(Machine.DEPLOY, mutant)


@EVERY_MACHINE
def test_custom_error_names_are_the_classes(machine: Machine) -> None:
    """An error caught by name is a class of the tree: a renamed class can't silently lose its Retry."""
    named = {
        error
        for state in of_type(definition(machine), "Task").values()
        for handler in (*state["Retry"], *state["Catch"])
        for error in handler["ErrorEquals"]
        if not error.startswith("States.")
    }

    of_aws = {error for error in named if error.partition(".")[0] in ("DynamoDB", "Lambda", "StepFunctions")}
    ours = {each.__name__ for each in (errors.AwsBusy, errors.InvalidStepInput, errors.StepOutputTooLarge)}
    assert named - of_aws - {"ExecutionAlreadyExists"} == (set() if machine is Machine.ASK else ours)


@pytest.mark.parametrize("state", ["Read", "Readable"])
def test_a_front_that_starts_before_it_records_is_noticed(state: str) -> None:
    """A way past the record, and a Catch of it that goes on, each break a rule."""
    past, caught = copy.deepcopy(definition(Machine.ASK)), copy.deepcopy(definition(Machine.ASK))
    past["States"][state]["Next" if state == "Read" else "Default"] = "Wanted"
    caught["States"]["Record"]["Catch"][-1]["Next"] = "Wanted"
    assert violations(Machine.ASK, past)
    assert violations(Machine.ASK, caught)


def test_every_outcome_has_its_ending() -> None:
    """The Fail names are the contract of the outcomes; ReleaseTakenOver leaves the outcome to another execution."""
    fails = {s["Error"] for s in of_type(definition(), "Fail").values()}
    said = {a["outcome"] for s in definition()["States"].values() for _, a, _ in edges(s) if a.get("outcome")}
    assigned = {outcome for outcome in said if not outcome.startswith("{%")}  # a recovery knows it from the record

    endings = {"ReleaseRolledBack", "ReleaseRejected", "RollbackFailed", "ReleaseSuperseded", "NoBaseline"}
    assert fails == endings | {"ReleaseTakenOver"}
    assert assigned == {o.value for o in Outcome}


@EVERY_MACHINE
def test_the_file_is_plain_json(machine: Machine) -> None:
    """Tools other than ours must be able to read it: no duplicate keys, no unquoted placeholder."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(pairs) == len(dict(pairs))
        return dict(pairs)

    assert json.loads(definition_text(machine), object_pairs_hook=unique)["QueryLanguage"] == "JSONata"
