"""The files of the state machines follow the table of the kinds of Task, and the check finds a file that does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from statemachine.definition import Machine, definition, definition_text, parsed, written
from statemachine.formatter import PARTS, Unlisted, differences, main, rewritten
from statemachine.task_kinds import TABLE
from tests.statemachine.rules import of_type

EVERY_MACHINE = pytest.mark.parametrize("machine", Machine, ids=lambda m: m.value)
Task = dict[str, Any]

CHANGES: dict[str, tuple[str, Callable[[Task], Any]]] = {
    "another timeout": ("TimeoutSeconds", lambda task: task.update(TimeoutSeconds=60)),
    "no timeout": ("TimeoutSeconds", lambda task: task.pop("TimeoutSeconds")),
    "fewer retries": ("Retry", lambda task: task["Retry"][-1].update(MaxAttempts=3)),
    "another error retried": ("Retry", lambda task: task["Retry"][-1]["ErrorEquals"].append("States.ALL")),
    "no retry": ("Retry", lambda task: task.pop("Retry")),
    "a Catch that leads elsewhere": ("Catch", lambda task: task["Catch"][-1].update(Next="Nowhere")),
    "a Catch that assigns more": ("Catch", lambda task: task["Catch"][-1].setdefault("Assign", {}).update(more=1)),
    "a Catch less": ("Catch", lambda task: task["Catch"].pop()),
    "no Catch": ("Catch", lambda task: task.pop("Catch")),
}
"""What somebody might change in a Task of a file, and the part that is then wrong."""


@EVERY_MACHINE
def test_the_file_follows_the_table(machine: Machine) -> None:
    """Nobody edits the copies of a rule by hand: `make machine` writes them, and running it again changes nothing."""
    text = definition_text(machine)

    assert list(differences(machine, text)) == []
    assert rewritten(machine, text) == text


@EVERY_MACHINE
@pytest.mark.parametrize(("part", "change"), CHANGES.values(), ids=CHANGES)
def test_a_task_that_does_not_follow_is_found_and_repaired(
    machine: Machine, part: str, change: Callable[[Task], Any]
) -> None:
    """Whatever is wrong in a Retry, a Catch or a timeout is named by state and part, and written as it was."""
    mutant = definition(machine)
    tasks = of_type(mutant, "Task")
    for task in tasks.values():
        change(task)

    assert list(differences(machine, written(mutant))) == [f"{name}: {part} differs from the table" for name in tasks]
    assert rewritten(machine, written(mutant)) == definition_text(machine)


@EVERY_MACHINE
def test_everything_else_stays_as_it_is(machine: Machine) -> None:
    """The command owns three parts of each Task. It leaves what people write, and its order, alone."""
    told = definition(machine)
    told["Comment"] = "caf\u00e9 {% $x %}"
    for state in told["States"].values():
        state |= {"Comment": "another", "Output": {"b": 1, "a": [None, "\\"]}}

    assert _without_parts(rewritten(machine, written(told))) == _without_parts(written(told))


def _without_parts(text: str) -> str:
    told = parsed(text)
    states = {n: {k: v for k, v in s.items() if k not in PARTS} for n, s in told["States"].items()}
    return written({**told, "States": states})


@EVERY_MACHINE
def test_another_layout_is_found(machine: Machine) -> None:
    """A file that an editor laid out anew would hide the next change in a diff of every line."""
    text = definition_text(machine).replace("  ", "    ")

    assert list(differences(machine, text)) == ["the layout differs"]
    assert rewritten(machine, text) == definition_text(machine)


def test_a_task_of_no_kind_is_refused() -> None:
    """Whoever adds a step must say what its failure means; whoever removes one must take it out of the table."""
    more, fewer = definition(), definition()
    more["States"]["Migrate"] = dict(more["States"]["Preflight"])
    del fewer["States"]["Preflight"]

    with pytest.raises(Unlisted, match="has a Task Migrate of no kind"):
        rewritten(Machine.DEPLOY, written(more))
    with pytest.raises(Unlisted, match="has no Task Preflight"):
        rewritten(Machine.DEPLOY, written(fewer))


@EVERY_MACHINE
def test_no_two_kinds_are_the_same(machine: Machine) -> None:
    """Each thing is said in one way: two kinds that retry and catch alike are one kind."""
    said = [(kind.catches, kind.final, kind.seconds, kind.awaits) for kind in TABLE[machine]]

    assert all(said.count(each) == 1 for each in said)


@pytest.mark.parametrize("arguments", [["--check"], []], ids=["check", "write"])
def test_the_command_has_nothing_to_say(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    """Files that follow the table pass the check, and are not written."""
    assert main(arguments) == 0
    assert capsys.readouterr().out == ""


def test_a_key_that_is_there_twice_is_refused() -> None:
    """A parser would keep the last of the two and say nothing: a Catch could be lost that way."""
    text = definition_text().replace('"Catch": [', '"Catch": [], "Catch": [', 1)

    with pytest.raises(ValueError, match="'Catch' is there twice"):
        rewritten(Machine.DEPLOY, text)
