"""Draws the state machine: a Mermaid flowchart made from deploy.asl.json, kept in README.md between two markers.

Tasks and endings are drawn; the Choice and Wait states between them are folded into the arrows, and so are Catches,
since those follow one rule: before the update to the rejection, after it to the rollback.
`python -m statemachine.drawing` renews it (`make drawing`); a test says when it is stale.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from statemachine.definition import definition

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- state machine: begin (make drawing) -->", "<!-- state machine: end -->"
_FOLDED = ("Choice", "Wait", "Pass")
_STYLES = {
    "good": ("#e6f4ea", "#1e8e3e"),
    "bad": ("#fce8e6", "#d93025"),
    "back": ("#fef7e0", "#f29900"),
}


def mermaid() -> str:
    """Return the flowchart."""
    states = definition()["States"]
    drawn = [n for n, s in states.items() if s["Type"] not in _FOLDED]
    lines = ["flowchart TD"]
    lines += [f'    start(("push to ECR,<br/>console, CLI")) --> {definition()["States"]["Begin"]["Next"]}']
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


def inserted(readme: str) -> str:
    """Return the text of a README with today's drawing between the markers."""
    before, rest = readme.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    return f"{before}{BEGIN}\n```mermaid\n{mermaid()}\n```\n{END}{after}"


if __name__ == "__main__":
    README.write_text(inserted(README.read_text(encoding="utf-8")), encoding="utf-8")
