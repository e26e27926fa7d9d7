"""The campaign itself: what excuses a survivor, and which tests it runs. cosmic-ray is not needed here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.campaigns.mutants import accepted, concerns
from tests.campaigns.mutants.accepted import Accepted
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
