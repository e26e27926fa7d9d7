"""What was found so far, under build/mutants: a run that was stopped goes on where it was.

A result holds as long as the mutant and its tests are the same, to the byte; what they import besides is not watched.
`make clean` forgets all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tests.campaigns.mutants.sites import Mutant, of

STATE = Path("build/mutants")


class Store:
    """The results of one module's mutants, in a file with a line each."""

    def __init__(self, path: str, tests: Sequence[str]) -> None:
        name = path.replace("/", ".")
        self.file, self.mutants_file = STATE / f"{name}.results", STATE / f"{name}.mutants.json"
        self.path, self.source = path, Path(path).read_text()
        self.of_tests = _hash(*(Path(test).read_text() for test in tests))
        STATE.mkdir(parents=True, exist_ok=True)
        lines = self.file.read_text().splitlines() if self.file.exists() else []
        self.known: dict[str, bool] = dict(json.loads(line) for line in lines)

    def mutants(self) -> list[Mutant]:
        """Return the module's mutants. To make them takes seconds, so they are kept."""
        here = Path(__file__).parent
        made_of = _hash(self.source, *((here / name).read_text() for name in ("operators.py", "sites.py")))
        if self.mutants_file.exists():
            kept = json.loads(self.mutants_file.read_text())
            if kept["of"] == made_of:
                return [Mutant(**m) for m in kept["mutants"]]
        found = of(self.path, self.source)
        self.mutants_file.write_text(json.dumps({"of": made_of, "mutants": [asdict(m) for m in found]}))
        return found

    def result(self, mutant: Mutant) -> bool | None:
        """Say whether a mutant survived; None where that is not known."""
        return self.known.get(self._key(mutant))

    def last(self, mutant: Mutant) -> bool | None:
        """Say whether a mutant survived the tests when it was tried last, whatever the tests were then."""
        return self.known.get(_hash(mutant.source))

    def note(self, mutant: Mutant, survived: bool) -> None:
        """Keep a result."""
        with self.file.open("a") as file:
            for key in (self._key(mutant), _hash(mutant.source)):
                self.known[key] = survived
                file.write(json.dumps([key, survived]) + "\n")

    def _key(self, mutant: Mutant) -> str:
        return _hash(mutant.source, self.of_tests)


def _hash(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:24]
