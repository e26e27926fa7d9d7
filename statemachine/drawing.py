"""Draws the state machines: a Mermaid flowchart made from each .asl.json, kept in a page between two markers.

Tasks and endings are drawn; the Choice and Wait states between them are folded into the arrows, and so are Catches,
since those follow one rule: before the update to the rejection, after it to the rollback; in the watch to its failure.
`python -m statemachine.drawing` renews them (`make drawing`); a test says when one is stale.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from statemachine import marked
from statemachine.definition import Machine, definition

ROOT = Path(__file__).parent.parent
PAGES = {
    Machine.DEPLOY: ROOT / "README.md",
    Machine.BUILD_WATCH: ROOT / "docs" / "build-watch.md",
    Machine.ASK: ROOT / "docs" / "asking.md",
}
STARTS = {
    Machine.DEPLOY: "push to ECR,<br/>console, CLI",
    Machine.BUILD_WATCH: "a build is over",
    Machine.ASK: "CLI, GitHub, console",
}
BEGIN, END = "<!-- state machine: begin (make drawing) -->", "<!-- state machine: end -->"
_FOLDED = ("Choice", "Wait", "Pass")
_STYLES = {
    "good": ("#e6f4ea", "#1e8e3e"),
    "bad": ("#fce8e6", "#d93025"),
    "back": ("#fef7e0", "#f29900"),
}


def mermaid(machine: Machine) -> str:
    """Return the flowchart."""
    states, first = definition(machine)["States"], definition(machine)["StartAt"]
    drawn = [n for n, s in states.items() if s["Type"] not in _FOLDED]
    lines = ["flowchart TD"]
    lines += [f'    start(("{STARTS[machine]}")) --> {first if first in drawn else _ways(states, first)[0]}']
    lines += [f"    {name}{_shape(name, states[name])}" for name in drawn]
    for name in drawn:
        lines += [f"    {name} --> {target}" for target in dict.fromkeys(_ways(states, name)) if target != name]
        if name in _ways(states, name):
            lines.append(f"    {name} -- WAIT --> {name}")
    lines += [f"    classDef {kind} fill:{fill},stroke:{line}" for kind, (fill, line) in _STYLES.items()]
    lines += [f"    class {name} {kind}" for name in drawn if (kind := _kind(name, states[name]))]
    return "\n".join(lines)


def _ways(states: dict[str, Any], name: str) -> list[str]:
    """Return what follows a state, with the states that only choose or wait folded away."""
    found: list[str] = []
    waiting, seen = [states[name].get("Next")], set()
    while waiting:
        target = waiting.pop(0)
        if target is None or target in seen:
            continue
        seen.add(target)
        if states[target]["Type"] in _FOLDED:
            waiting += _targets(states[target])
        else:
            found.append(target)
    return found


def _targets(state: dict[str, Any]) -> Iterator[str]:
    if "Next" in state:
        yield state["Next"]
    yield from (rule["Next"] for rule in state.get("Choices", []))
    if "Default" in state:
        yield state["Default"]


def _shape(name: str, state: dict[str, Any]) -> str:
    label = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return f'(["{label}"])' if state["Type"] in ("Succeed", "Fail") else f'["{label}"]'


def _kind(name: str, state: dict[str, Any]) -> str:
    if state["Type"] in ("Succeed", "Fail"):
        return "good" if state["Type"] == "Succeed" else "bad"
    return "back" if "Rollback" in name or "Baseline" in name else ""


def inserted(page: str, machine: Machine) -> str:
    """Return the text of a page with today's drawing between the markers."""
    return marked.put_into(page, BEGIN, END, f"```mermaid\n{mermaid(machine)}\n```\n")


if __name__ == "__main__":
    for drawn, page in PAGES.items():
        page.write_text(inserted(page.read_text(encoding="utf-8"), drawn), encoding="utf-8")
