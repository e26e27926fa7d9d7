"""The lines and branches that no test reaches, and the reasons for them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Gap:
    """A line that is not reached, or a branch that is not taken. `what` says which."""

    path: str
    number: int
    line: str
    what: str


@dataclass(frozen=True)
class Reason:
    """Why a line and its branches need not be reached. The line is identified by its text."""

    file: str
    line: str
    reason: str

    def covers(self, gap: Gap) -> bool:
        """Say whether the reason is about that gap."""
        return (gap.path, gap.line) == (self.file, self.line)


def read(text: str) -> list[Reason]:
    """Return the reasons in a file. Raises ValueError for an entry without one."""
    found = [Reason(e["file"], e["line"], e.get("reason", "")) for e in tomllib.loads(text).get("gap", [])]
    for entry in found:
        if not entry.reason:
            raise ValueError(f"{entry.file}: {entry.line!r} has no reason: say why no test reaches it, or write one")
    return found


def gaps_of(path: str, lines: Sequence[str], measured: Mapping[str, Any]) -> list[Gap]:
    """Return the gaps in one file, as coverage.py reports them. A branch to a line that is a gap is not another one."""
    missing = measured["missing_lines"]
    gaps = [Gap(path, number, lines[number - 1].strip(), "not reached") for number in missing]
    for start, end in measured["missing_branches"]:
        if start not in missing and end not in missing:
            to = "out of the function" if end < 0 else f"to line {end}"
            gaps.append(Gap(path, start, lines[start - 1].strip(), f"never goes {to}"))
    return sorted(gaps, key=lambda gap: gap.number)
