"""Draws the state machines: a Mermaid flowchart made from each .asl.json, kept in a page between two markers.

Tasks and endings are drawn; the Choice and Wait states between them are folded into the arrows, and so are Catches,
since those follow one rule: before the update to the rejection, after it to the rollback; in the watch to its failure.
The README has a short drawing: the steps of a release that is proven, and where a failure leads.
`make drawing` renews them all; a test fails when one is stale.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from statemachine import marked
from statemachine.definition import Machine, definition
from statemachine.transitions import FOLDED, following, shortest

ROOT = Path(__file__).parent.parent
PAGES = {
    Machine.DEPLOY: ROOT / "docs" / "architecture.md",
    Machine.BUILD_WATCH: ROOT / "docs" / "build-watch.md",
    Machine.ASK: ROOT / "docs" / "asking.md",
}
STARTS = {
    Machine.DEPLOY: "push to ECR,<br/>console, CLI",
    Machine.BUILD_WATCH: "a build is over",
    Machine.ASK: "CLI, GitHub, console",
}
BEGIN, END = "<!-- state machine: begin (make drawing) -->", "<!-- state machine: end -->"
SHORT_PAGE = ROOT / "README.md"
SHORT_BEGIN, SHORT_END = "<!-- happy path: begin (make drawing) -->", "<!-- happy path: end -->"
FIRST_CHANGE = "UpdateService"
"""Before this state a failure rejects the release; from this state on a failure rolls it back."""
_STYLES = {
    "good": ("#e6f4ea", "#1e8e3e"),
    "bad": ("#fce8e6", "#d93025"),
    "back": ("#fef7e0", "#f29900"),
}


def mermaid(machine: Machine) -> str:
    """Return the flowchart."""
    states, first = definition(machine)["States"], definition(machine)["StartAt"]
    drawn = [n for n, s in states.items() if s["Type"] not in FOLDED]
    lines = ["flowchart TD"]
    lines += [f'    start(("{STARTS[machine]}")) --> {first if first in drawn else following(states, first)[0]}']
    lines += [f"    {name}{_shape(name, states[name])}" for name in drawn]
    for name in drawn:
        lines += [f"    {name} --> {target}" for target in dict.fromkeys(following(states, name)) if target != name]
        if name in following(states, name):
            lines.append(f"    {name} -- WAIT --> {name}")
    lines += [f"    classDef {kind} fill:{fill},stroke:{line}" for kind, (fill, line) in _STYLES.items()]
    lines += [f"    class {name} {kind}" for name in drawn if (kind := _kind(name, states[name]))]
    return "\n".join(lines)


def happy_path() -> tuple[list[str], list[str]]:
    """Return the steps of a release that is proven: up to its proof, and those that close it.

    It is the shortest way from the start to the state that assigns SUCCEEDED, and from there to the end. There is one
    such state (tests/statemachine/rules.py, only_a_confirmed_release_succeeds).
    """
    machine = definition(Machine.DEPLOY)
    states = machine["States"]
    proven = next(n for n, s in states.items() if any(_succeeds(rule) for rule in s.get("Choices", [])))
    ways = (shortest(states, machine["StartAt"], proven), shortest(states, proven, "Succeeded"))
    before, after = ([name for name in way if states[name]["Type"] == "Task"] for way in ways)
    return before, after


def short_mermaid() -> str:
    """Return the short flowchart: ten boxes, and the ends that a failure leads to."""
    proof, closing = happy_path()
    change = proof.index(FIRST_CHANGE)
    lines = ["flowchart LR", f'    start(("{STARTS[Machine.DEPLOY]}")) --> before']
    groups = {"before": ("nothing is changed yet", proof[:change]), "after": ("the service changes", proof[change:])}
    for group, (title, names) in groups.items():
        lines += [f'    subgraph {group}["{title}"]', "        direction TB"]
        lines += [f'        {name}["{_words(name)}"]' for name in names]
        lines += [f"        {' --> '.join(names)}", "    end"]
    ends = ", ".join(_words(name).partition(" ")[0] for name in closing)
    # the arrows join the groups, not the boxes: Mermaid draws a group in a direction of its own only then
    lines += [
        f'    before --> after --> Close["{ends}"] --> Succeeded(["Succeeded"])',
        '    before -. a check fails .-> Rejected(["Rejected"])',
        '    after -. a check fails .-> RolledBack(["roll back, prove it:<br/>Rolled Back"])',
    ]
    lines += [f"    classDef {kind} fill:{fill},stroke:{line}" for kind, (fill, line) in _STYLES.items()]
    return "\n".join([*lines, "    class Succeeded good", "    class Rejected bad", "    class RolledBack back"])


def _succeeds(rule: dict[str, Any]) -> bool:
    return bool(rule.get("Assign", {}).get("outcome") == "SUCCEEDED")


def _shape(name: str, state: dict[str, Any]) -> str:
    return f'(["{_words(name)}"])' if state["Type"] in ("Succeed", "Fail") else f'["{_words(name)}"]'


def _words(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)


def _kind(name: str, state: dict[str, Any]) -> str:
    if state["Type"] in ("Succeed", "Fail"):
        return "good" if state["Type"] == "Succeed" else "bad"
    return "back" if "Rollback" in name or "Baseline" in name else ""


def inserted(page: str, machine: Machine) -> str:
    """Return the text of a page with today's drawing between the markers."""
    return marked.put_into(page, BEGIN, END, f"```mermaid\n{mermaid(machine)}\n```\n")


def short_inserted(page: str) -> str:
    """Return the text of the README with today's short drawing between its markers."""
    return marked.put_into(page, SHORT_BEGIN, SHORT_END, f"```mermaid\n{short_mermaid()}\n```\n")


if __name__ == "__main__":
    SHORT_PAGE.write_text(short_inserted(SHORT_PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    for drawn, page in PAGES.items():
        page.write_text(inserted(page.read_text(encoding="utf-8"), drawn), encoding="utf-8")
