"""The campaign itself: what excuses a survivor, and which tests it runs. cosmic-ray is not needed here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.campaigns.mutants import accepted, changed, concerns, short
from tests.campaigns.mutants.accepted import Accepted
from tests.campaigns.mutants.short import Tried
from tests.campaigns.mutants.sites import Mutant

MUTANT = Mutant("lambdas/landfall/x.py", 7, "return a < b", "return a <= b", "Lt_LtE", "…")
ENTRY = Accepted(MUTANT.path, MUTANT.old, (MUTANT.new,), "a and b are never equal")


def test_an_excuse_is_found_by_the_line_and_not_by_its_number() -> None:
    """Lines move; what stands in them is what the reason is about."""
    assert ENTRY.covers(replace(MUTANT, line=99))
    assert not ENTRY.covers(replace(MUTANT, new="return a > b"))
    assert not ENTRY.covers(replace(MUTANT, path="another.py"))


def test_an_excuse_in_vain_is_told() -> None:
    """A test notices the change now, or the line is gone: an excuse that stays would hide the next survivor."""
    assert accepted.stale([ENTRY], [MUTANT], [MUTANT]) == []
    assert accepted.stale([ENTRY], [MUTANT], []) == [f"{MUTANT.path}: 'return a < b' → 'return a <= b'"]
    assert accepted.stale([ENTRY], [replace(MUTANT, path="another.py")], []) == []


def test_an_excuse_needs_a_reason() -> None:
    """Without one nobody can tell whether it still holds."""
    with pytest.raises(ValueError, match="has no reason"):
        accepted.read('[[accepted]]\nfile = "x.py"\nline = "a"\nbecomes = ["b"]\n')


def test_every_excuse_is_of_a_line_that_is_there() -> None:
    """The long run would tell it too; this tells it at once."""
    for entry in accepted.read(accepted.FILE.read_text()):
        lines = " ".join(Path(entry.file).read_text().split())
        assert entry.line in lines, f"accepted.toml: {entry.file} has no line {entry.line!r}: remove the entry"


@pytest.mark.parametrize("module", concerns.JUDGING)
def test_the_judging_modules_have_tests_of_their_own(module: str) -> None:
    """Moved or renamed, they would be judged by their whole package's tests, or by none."""
    assert (concerns.CORE / module).exists()
    assert 1 <= len(concerns.tests_of(module)) <= 2
    assert all(Path(path).exists() for path in concerns.tests_of(module))


CHANGED: dict[str, tuple[tuple[str, ...], list[str]]] = {
    "a module": (("lambdas/landfall/proof/stops.py", "README.md"), ["proof/stops.py"]),
    "one outside the core": (("lambdas/landfall/aws/ecs.py",), []),
    "the tests of a judging module": (("tests/unit/ledger/test_recovery.py",), ["ledger/recovery.py"]),
    "the tests of another": (("tests/unit/intake/test_freeze.py",), []),
    "nothing": ((), []),
}


@pytest.mark.parametrize(("paths", "modules"), CHANGED.values(), ids=CHANGED.keys())
def test_the_short_form_tries_what_changed(paths: tuple[str, ...], modules: list[str]) -> None:
    """A module, or what should notice a change of it."""
    core = ("proof/stops.py", "ledger/recovery.py", "intake/freeze.py")
    assert changed.concerned(map(Path, paths), core) == modules


def test_the_short_form_begins_with_the_judging_modules() -> None:
    """A commit always gives the same order, and another commit another."""
    modules = [f"text/{n}.py" for n in range(20)] + ["proof/stops.py", "intake/turn.py"]
    orders = {seed: short.order(modules, seed) for seed in ("a", "b")}
    assert short.order(modules[::-1], "a") == orders["a"] != orders["b"]
    assert all(set(order[:2]) == {"proof/stops.py", "intake/turn.py"} for order in orders.values())
    assert sorted(orders["a"]) == sorted(modules)


def tried(module: str, killed: int, survived: int) -> list[Tried]:
    """Return so many results of a module."""
    return [Tried(module, MUTANT, n >= killed) for n in range(killed + survived)]


TOLD: dict[str, tuple[list[Tried], int]] = {
    "nothing": ([], 0),
    "all noticed": (tried("proof/stops.py", 9, 0), 0),
    "one of few survives": (tried("proof/stops.py", 3, 1), 0),
    "two of few survive": (tried("proof/stops.py", 3, 2), 1),
    "two of many survive": (tried("proof/stops.py", 18, 2), 0),
    "a module that judges nothing": (tried("text/shortened.py", 0, 9), 0),
    "both": (tried("text/shortened.py", 90, 0) + tried("proof/stops.py", 3, 2), 1),
}


@pytest.mark.parametrize(("results", "code"), TOLD.values(), ids=TOLD.keys())
def test_when_the_short_form_fails(results: list[Tried], code: int) -> None:
    """A sample is small: one survivor alone says little, and other modules are only reported."""
    assert short.tell(results) == code
