"""Makes the files of the state machines follow the table of the kinds of Task (task_kinds.py).

The console shows the files, so they stay plain JSON and hold a copy of the rules for every Task. People change the
table. `python -m statemachine.formatter` (`make machine`) writes TimeoutSeconds, Retry and Catch of every Task into the
files and leaves everything else as it is. With `--check` it writes nothing, names what differs, and then exits with 1.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from statemachine.definition import Machine, definition_text, file, parsed, written
from statemachine.retry_and_catch import UNTIL_NEXT_LOOK, awaited, retry
from statemachine.task_kinds import TABLE, Kind

Definition = dict[str, Any]
PARTS = ("TimeoutSeconds", "Retry", "Catch")
"""What the table says of a Task, in the order of the files."""
_BEFORE = ("Type", "Comment", "Resource", "Arguments")


class Unlisted(ValueError):
    """The table and a machine don't have the same Tasks, so the table can't be followed."""


def rewritten(machine: Machine, text: str) -> str:
    """Return the text of a machine's file with the table's parts in every Task. Raises Unlisted."""
    told = parsed(text)
    kinds = _kinds(machine, told)
    states = {name: _with(state, kinds.get(name), name) for name, state in told["States"].items()}
    return written({**told, "States": states})


def differences(machine: Machine, text: str) -> Iterator[str]:
    """Yield each part of a Task that is not as the table says. Raises Unlisted."""
    followed = rewritten(machine, text)
    there, wanted = parsed(text)["States"], parsed(followed)["States"]
    for name, state in wanted.items():
        yield from (
            f"{name}: {part} differs from the table" for part in PARTS if there[name].get(part) != state.get(part)
        )
    if there == wanted and text != followed:
        yield "the layout differs"


def _kinds(machine: Machine, told: Definition) -> dict[str, Kind]:
    listed = [(name, kind) for kind in TABLE[machine] for name in kind.states]
    names, tasks = [name for name, _ in listed], {n for n, s in told["States"].items() if s["Type"] == "Task"}
    if more := sorted(tasks.difference(names)):
        raise Unlisted(
            f"{file(machine).name} has a Task {more[0]} of no kind; list it in one in statemachine/task_kinds.py"
        )
    if gone := sorted(set(names) - tasks):
        raise Unlisted(
            f"{file(machine).name} has no Task {gone[0]}; take it out of its kind in statemachine/task_kinds.py"
        )
    if twice := [name for name in names if names.count(name) > 1]:
        raise Unlisted(
            f"{twice[0]} of {file(machine).name} is of two kinds; list it in one in statemachine/task_kinds.py"
        )
    return dict(listed)


def _with(state: dict[str, Any], kind: Kind | None, name: str) -> dict[str, Any]:
    if kind is None:
        return state
    said = (
        UNTIL_NEXT_LOOK if kind.awaits else kind.seconds,
        awaited(kind.final) if kind.awaits else retry(kind.final, step="FunctionName" in state["Arguments"]),
        [catch.block(name, state) for catch in kind.catches],
    )
    first = {key: value for key, value in state.items() if key in _BEFORE}
    rest = {key: value for key, value in state.items() if key not in (*_BEFORE, *PARTS)}
    return first | dict(zip(PARTS, said, strict=True)) | rest


def main(argv: list[str] | None = None) -> int:
    """Write the files, or with `--check` say what differs. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m statemachine.formatter", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a file differs")
    check = parser.parse_args(argv).check
    try:
        found = [line for machine in Machine for line in _followed(machine, write=not check)]
    except Unlisted as error:
        parser.error(str(error))
    print(*found, sep="\n", end="\n" if found else "")
    if check and found:
        print("`make machine` writes what the table says")
    return int(check and bool(found))


def _followed(machine: Machine, *, write: bool) -> Iterator[str]:
    text = definition_text(machine)
    found = [f"{file(machine).name}: {line}" for line in differences(machine, text)]
    if write and found:
        file(machine).write_text(rewritten(machine, text), encoding="utf-8")
    yield from found


if __name__ == "__main__":
    raise SystemExit(main())
