"""The short form: a sample of the mutants of what changed, as far as a budget of CPU time goes.

A sample says little of a module, so only the judging modules can fail it, and one survivor alone does not.
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from tests.campaigns.mutants import accepted, changed, concerns, forks, sites
from tests.campaigns.mutants.sites import Mutant

BUDGET = 50
"""Seconds of CPU for all modules together."""
LEAST = 6
"""Seconds of CPU for one module: its tests run once as it is, and then against some mutants."""
WANTED = 90
"""Percent of the judging modules' mutants that must be noticed."""


@dataclass(frozen=True)
class Tried:
    """A mutant, and whether it survived."""

    module: str
    mutant: Mutant
    survived: bool


def main() -> int:
    """Try what the budget allows, and tell."""
    since, modules = changed.modules()
    if not modules:
        sys.stdout.write(f"no module of the core changed {since}\n")
        return 0
    seed = changed.head() or "none"
    sys.stdout.write(f"{since}: {len(modules)} modules of the core to sample, for {BUDGET} s of CPU, by seed {seed}\n")
    tried: list[Tried] = []
    left = order(modules, seed)
    while left and (rest := BUDGET - _used()) >= LEAST:
        module = left.pop(0)
        results = _sampled(module, max(LEAST, rest / (len(left) + 1)), seed)
        tried += results
        killed = sum(not each.survived for each in results)
        sys.stdout.write(f"{module:<32} {len(results):>4} mutants, {killed:>4} noticed\n")
    if left:
        sys.stdout.write(f"the budget was used before {len(left)} other modules\n")
    return tell(tried)


def order(modules: Sequence[str], seed: str) -> list[str]:
    """Return the modules in the order in which they are tried: the judging ones first, each group shuffled."""
    shuffled = random.Random(seed).sample(sorted(modules), len(modules))  # noqa: S311
    return sorted(shuffled, key=lambda module: module not in concerns.JUDGING)


def tell(tried: Sequence[Tried]) -> int:
    """Print what survived. Returns the exit code."""
    entries = accepted.read(accepted.FILE.read_text())
    left = [t for t in tried if t.survived and not any(entry.covers(t.mutant) for entry in entries)]
    for each in left:
        sys.stdout.write(f"{each.mutant.place}\n    {each.mutant.old}\n  → {each.mutant.new}\n")
    judging = [t for t in tried if t.module in concerns.JUDGING]
    survivors = [t for t in left if t.module in concerns.JUDGING]
    sys.stdout.write(f"{len(tried)} mutants, {len(left)} survive, {len(survivors)} of them in judging modules\n")
    enough = 100 * (len(judging) - len(survivors)) >= WANTED * len(judging)
    return 0 if enough or len(survivors) == 1 else 1


def _sampled(module: str, seconds: float, seed: str) -> list[Tried]:
    """Try a module's mutants for so many seconds of CPU, in a process of its own that forks for each."""
    read, write = os.pipe()
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        with os.fdopen(write, "w") as answers:
            _serve(module, seconds, seed, answers)
    os.close(write)
    with os.fdopen(read) as answers:
        lines = [json.loads(line) for line in answers]
    if os.waitpid(pid, 0)[1]:
        raise SystemExit(f"{module}: its tests fail on the module as it is, or could not be run")
    return [Tried(module, Mutant(**line["mutant"]), line["survived"]) for line in lines]


def _serve(module: str, seconds: float, seed: str, answers: TextIO) -> None:
    """Write a line for each mutant that was tried, and end this process."""
    code = 1
    try:
        forks.prepare()
        name, tests, quickest = concerns.dotted(module), concerns.tests_of(module), forks.Quickest()
        forks.preload(name, tests, quickest)
        for mutant in _drawn(module, seed):
            rest = seconds - _used()
            if rest < 1:
                break
            survived = forks.survives(name, mutant.path, mutant.source, tests, quickest, seconds=int(rest))
            if survived is not None:
                shown = {**vars(mutant), "source": ""}
                answers.write(json.dumps({"mutant": shown, "survived": survived}) + "\n")
        answers.flush()
        code = 0
    except forks.Broken as error:
        sys.stderr.write(f"{error}\n")
    finally:
        sys.stderr.flush()
        os._exit(code)


def _drawn(module: str, seed: str) -> Iterator[Mutant]:
    """Yield a module's mutants in an order of chance, each made when it is asked for."""
    path = concerns.CORE / module
    source = Path(path).read_text()
    places = sites.places(source)
    yield from sites.made(str(path), source, random.Random(f"{seed} {module}").sample(places, len(places)))  # noqa: S311


def _used() -> float:
    """Return the CPU seconds of this process and of those that it waited for."""
    return sum(os.times()[:4])
