"""CONTRIBUTING.md shows how to add a step: the blocks of its example work as they stand."""

from __future__ import annotations

import copy
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from stacks.functions import steps_table
from stacks.functions.steps_table import Step
from statemachine.definition import Machine, definition
from tests.statemachine.rules import violations
from tests.steps import calls, machine, standin
from tests.support import builders as b

PAGE = Path(__file__).parents[2] / "CONTRIBUTING.md"
BLOCK = re.compile(r"^```(?:python|json)\n(?:# (\S+)\n)?(.*?)^```", re.MULTILINE | re.DOTALL)
NEW, BEFORE = "CheckPending", "CheckTargetHealth"
CORE, TESTS, HANDLER, ROW = (
    "lambdas/landfall/proof/pending.py",
    "tests/unit/proof/test_pending.py",
    "lambdas/check_pending.py",
    "stacks/functions/steps_table.py",
)


def blocks() -> dict[str, str]:
    """Return the blocks of the example, by the file each one belongs to; the JSON names none."""
    return dict(BLOCK.findall(PAGE.read_text(encoding="utf-8")))


def module_name(file: str) -> str:
    """Return the name that a file is imported by."""
    return file.removeprefix("lambdas/").removesuffix(".py").replace("/", ".")


def row() -> Step:
    """Return the example's row of the STEPS table."""
    found: Step = eval(blocks()[ROW].strip(), dict(vars(steps_table)))  # noqa: S307
    return found


def extended() -> dict[str, Any]:
    """Return the state machine with the states of the example, joined to it as the text says.

    The new Task is of the same kind as the one before it: it is retried and caught alike.
    """
    known = copy.deepcopy(definition(Machine.DEPLOY))
    new = json.loads(blocks()[""])
    for part in ("TimeoutSeconds", "Retry", "Catch"):
        new[NEW][part] = json.loads(json.dumps(known["States"][BEFORE][part]).replace(f'"{BEFORE}"', f'"{NEW}"'))
    known["States"] |= new
    known["States"]["TargetHealthVerdict"]["Choices"][0]["Next"] = NEW
    return known


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, ModuleType]]:
    """The modules of the example, imported as if their files were there."""
    made = {}
    for file in (CORE, HANDLER, TESTS):
        made[file] = ModuleType(module_name(file))
        monkeypatch.setitem(sys.modules, module_name(file), made[file])
        exec(compile(blocks()[file], file, "exec"), vars(made[file]))  # noqa: S102
    yield made
    calls.taken()  # the example's calls are in no recording: it is no step of the pipeline


def test_its_decision_passes_its_own_test(written: dict[str, ModuleType]) -> None:
    """Whoever copies the decision and its test gets a green run."""
    tests = written[TESTS]
    for count, code in ((0, "NONE_PENDING"), (1, "TASKS_PENDING")):
        tests.test_pending_tasks_are_waited_for(count, code)
    tests.test_a_service_that_is_not_there_is_looked_at_again()


def test_its_handler_runs_with_the_rights_of_its_row(live: str, written: dict[str, ModuleType]) -> None:
    """The handler takes what the state passes to it, through the real wrapper, and calls what the row grants."""
    calls.taken()
    first = machine.judge(row().module, b.judged())
    standin.service_of().deployments[0]["pendingCount"] = 0
    second = machine.judge(row().module, b.judged())
    granted = {action for grant in row().grants for action in grant.actions}

    assert [first["code"], second["code"]] == ["TASKS_PENDING", "NONE_PENDING"]
    assert {call.action for call in calls.taken()} == granted


def test_its_row_names_its_handler_and_its_state() -> None:
    """The table finds the handler by the step's id, and the machine finds the function by it."""
    assert f"lambdas/{row().module}.py" == HANDLER
    assert extended()["States"][NEW]["Arguments"]["FunctionName"] == f"${{{row().id}Arn}}"
    assert row().id not in {step.id for step in steps_table.STEPS}


def test_its_states_keep_the_rules_of_the_machine() -> None:
    """The example breaks none of the rules, and a part that is left out breaks one."""
    careless = extended()
    del careless["States"][NEW]["Catch"]

    assert violations(Machine.DEPLOY, extended()) == []
    assert violations(Machine.DEPLOY, careless)
