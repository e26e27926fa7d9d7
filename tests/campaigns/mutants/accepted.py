"""The survivors that may stay, each with its reason: accepted.toml beside this file."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.campaigns.mutants.sites import Mutant

FILE = Path(__file__).with_name("accepted.toml")


@dataclass(frozen=True)
class Accepted:
    """One survivor, or several that have one reason: the line as it is, and what it is changed to."""

    file: str
    line: str
    becomes: tuple[str, ...]
    reason: str

    def covers(self, mutant: Mutant) -> bool:
        """Say whether this is about that mutant. Lines are told by what stands in them: their numbers change."""
        return (mutant.path, mutant.old) == (self.file, self.line) and mutant.new in self.becomes


def read(text: str) -> tuple[Accepted, ...]:
    """Return what a file accepts. Raises ValueError for an entry without a reason."""
    entries = [
        Accepted(e["file"], e["line"], tuple(e["becomes"]), e.get("reason", ""))
        for e in tomllib.loads(text).get("accepted", [])
    ]
    for entry in entries:
        if not entry.reason:
            raise ValueError(f"{FILE.name}: {entry.file}, {entry.line!r} has no reason: say why it may survive")
    return tuple(entries)


def stale(entries: Iterable[Accepted], tried: Iterable[Mutant], survivors: Iterable[Mutant]) -> list[str]:
    """Return what is accepted in vain: a change that the module no longer has, or that a test notices now.

    Only of files that were tried as a whole.
    """
    files, alive = {m.path for m in tried}, [(m.path, m.old, m.new) for m in survivors]
    return [
        f"{entry.file}: {entry.line!r} → {new!r}"
        for entry in entries
        for new in entry.becomes
        if entry.file in files and (entry.file, entry.line, new) not in alive
    ]
