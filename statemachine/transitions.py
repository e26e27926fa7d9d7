"""The ways between the states of a machine, as its definition has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

FOLDED = ("Choice", "Wait", "Pass")
"""Types of the states that a drawing folds into the arrows."""


def targets(state: dict[str, Any]) -> Iterator[str]:
    """Yield the states that a state leads to, without those of a Catch."""
    if "Next" in state:
        yield state["Next"]
    yield from (rule["Next"] for rule in state.get("Choices", []))
    if "Default" in state:
        yield state["Default"]


def following(states: dict[str, Any], name: str) -> list[str]:
    """Return the states after a state, skipping those that only choose or wait."""
    found: list[str] = []
    waiting, seen = [states[name].get("Next")], set()
    while waiting:
        target = waiting.pop(0)
        if target is None or target in seen:
            continue
        seen.add(target)
        if states[target]["Type"] in FOLDED:
            waiting += targets(states[target])
        else:
            found.append(target)
    return found


def shortest(states: dict[str, Any], start: str, end: str) -> list[str]:
    """Return the states on the shortest way from one to another, both included. Raises ValueError without a way."""
    ways, seen = [[start]], {start}
    while ways:
        way = ways.pop(0)
        if way[-1] == end:
            return way
        further = [t for t in targets(states[way[-1]]) if t not in seen]
        seen.update(further)
        ways += [[*way, target] for target in further]
    raise ValueError(f"no way leads from {start} to {end}")
