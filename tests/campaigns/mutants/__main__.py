"""Changes the judging modules a little, in every place, and says which changes no unit test notices (`make mutants`).

Exits 0 only if at least 90 % are noticed, those aside that accepted.toml accepts, and none is accepted in vain.
A run that is stopped goes on where it was. Writes build/mutants.json. The short form is in short.py.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

sys.path.append("build/checks")

from tests.campaigns.mutants import accepted, concerns, forks, short
from tests.campaigns.mutants.sites import Mutant
from tests.campaigns.mutants.store import Store

RESULT = Path("build/mutants.json")
WANTED = 90
"""Percent of the mutants that must be noticed."""


@dataclass
class Told:
    """What came out. `tried` holds all mutants of which a result is known."""

    tried: list[Mutant] = field(default_factory=list)
    survivors: list[Mutant] = field(default_factory=list)
    total: int = 0


def main() -> int:
    """Try the mutants, and tell."""
    options = _options()
    if options.short:
        return short.main()
    told = Told()
    per_module: dict[str, Told] = {}
    for module in options.modules or concerns.JUDGING:
        per_module[module] = _try(module, again=options.survivors)
        told.tried += per_module[module].tried
        told.survivors += per_module[module].survivors
        told.total += per_module[module].total
        _say(module, per_module[module])
    return _tell(told, per_module)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.mutants", description=__doc__)
    parser.add_argument("modules", nargs="*", help="such as proof/stops.py [those that judge]")
    some = f"some mutants of what changed, for {short.BUDGET} s of CPU"
    parser.add_argument("--short", action="store_true", help=some)
    again = "of what is known, try again only what survived: a draft of the score, while you write tests"
    parser.add_argument("--survivors", action="store_true", help=again)
    return parser.parse_args()


def _try(module: str, *, again: bool) -> Told:
    """Try a module's mutants in a process of its own, which forks for each. Results come through the store."""
    tests = concerns.tests_of(module)
    store = Store(f"{concerns.CORE}/{module}", tests)
    wanted = store.mutants()
    left = [m for m in wanted if store.result(m) is None and not (again and store.last(m) is False)]
    if left:
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            _serve(module, left, tests, store)
        if os.waitpid(pid, 0)[1]:
            raise SystemExit(f"{module}: its tests fail on the module as it is, or could not be run")
        store = Store(f"{concerns.CORE}/{module}", tests)
    found = {m: store.last(m) if again else store.result(m) for m in wanted}
    return Told([m for m in found if found[m] is not None], [m for m in found if found[m]], len(wanted))


def _serve(module: str, left: Sequence[Mutant], tests: Sequence[str], store: Store) -> None:
    """Try mutants, note each result, and end this process."""
    code = 1
    try:
        forks.prepare()
        name, quickest = concerns.dotted(module), forks.Quickest()
        forks.preload(name, tests, quickest)
        for mutant in left:
            store.note(mutant, bool(forks.survives(name, mutant.path, mutant.source, tests, quickest)))
        code = 0
    except forks.Broken as error:
        sys.stderr.write(f"{error}\n")
    finally:
        sys.stderr.flush()
        os._exit(code)


def _say(module: str, told: Told) -> None:
    killed = len(told.tried) - len(told.survivors)
    sys.stdout.write(f"{module:<32} {len(told.tried):>4} mutants, {killed:>4} noticed\n")
    sys.stdout.flush()


def _tell(told: Told, per_module: dict[str, Told]) -> int:
    """Print and write what came out. Returns the exit code."""
    entries = accepted.read(accepted.FILE.read_text())
    excused = [m for m in told.survivors if any(entry.covers(m) for entry in entries)]
    left = [m for m in told.survivors if m not in excused]
    in_vain = accepted.stale(entries, told.tried, told.survivors)
    counted = len(told.tried) - len(excused)
    score = 100 * (counted - len(left)) / counted if counted else 100.0
    for mutant in left:
        sys.stdout.write(f"{mutant.place}\n    {mutant.old}\n  → {mutant.new}\n")
    for line in in_vain:
        sys.stdout.write(f"accepted in vain: {line}\n")
    sys.stdout.write(
        f"{len(told.tried)} mutants, {len(told.tried) - len(told.survivors)} noticed, {len(excused)} accepted, "
        f"{len(left)} survive: {score:.1f} % of those that count\n"
    )
    RESULT.write_text(json.dumps(_json(told, per_module, left, excused, score), indent=1) + "\n")
    return 0 if score >= WANTED and not in_vain else 1


def _json(told: Told, per_module: dict[str, Told], left: list[Mutant], excused: list[Mutant], score: float) -> object:
    def shown(mutants: list[Mutant]) -> list[dict[str, str]]:
        return [{"place": m.place, "operator": m.operator, "line": m.old, "becomes": m.new} for m in mutants]

    return {
        "mutants": len(told.tried),
        "noticed": len(told.tried) - len(told.survivors),
        "accepted": shown(excused),
        "survivors": shown(left),
        "score": round(score, 1),
        "modules": {
            name: {"mutants": len(m.tried), "noticed": len(m.tried) - len(m.survivors)}
            for name, m in per_module.items()
        },
    }


if __name__ == "__main__":
    raise SystemExit(main())
