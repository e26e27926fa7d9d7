"""Different spellings of a commit are equal, and different commits never are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall import commit
from tests.support import builders as b

WHOLE = "df027cf4c3f1a0b5e6d7889900aabbccddeeff01"
SAME = {
    "whole": WHOLE,
    "Spring Boot's info (7)": "df027cf",
    "a longer one": WHOLE[:12],
    "capitals": WHOLE.upper(),
    "git describe, with blanks": " v1.2.3-5-gdf027cf\n",  # HumanCellAtlas/matrix-service#119, networknext/next#1055
    "setuptools_scm": "1.2.4.dev5+gdf027cf",
    "describe of a tag without a version": "nightly-12-gdf027cf4c3",
}
OTHER = {
    "nothing": "",
    "UNKNOWN": "UNKNOWN",
    "six digits": WHOLE[:6],
    "another": b.OLD_SHA,
    "another, shortened": "df027ce",
    "longer than it": WHOLE + "0",
    "the middle of it": WHOLE[3:20],
    "a version": "1.2.3",
    "a word of the right letters": "defaced",
    "changed after the commit": "v1.2.3-5-gdf027cf-dirty",  # git describe --dirty: other bytes
    "describe of another": "v1.2.3-5-gaaaaaaa",
}


@pytest.mark.parametrize("served", SAME.values(), ids=SAME)
def test_the_same_commit(served: str) -> None:
    """A commit is known in the forms that tools give it, whichever of the two is the short one."""
    assert commit.same(served, WHOLE)
    assert commit.same(WHOLE, served)


@pytest.mark.parametrize("served", OTHER.values(), ids=OTHER)
def test_another_commit(served: str) -> None:
    """What is too short, changed or not a commit is not ours."""
    assert not commit.same(served, WHOLE)
    assert not commit.same(WHOLE, served)


def test_texts_that_are_no_commits() -> None:
    """A baseline that serves a version number is asked for it again, letter by letter."""
    assert commit.same("1.2.3", "1.2.3")
    assert not commit.same("1.2.3", "1.2.30")
    assert not commit.same("rc", "RC")


AGREED = {
    "one": (("df027cf",), "df027cf"),
    "short and whole": (("df027cf", WHOLE), WHOLE),
    "two that share a beginning": (("df027cf", WHOLE, "df027cf4" + "0" * 32), ""),
    "two": ((WHOLE, b.SHA), ""),
    "none": ((), ""),
}


@pytest.mark.parametrize(("names", "expected"), AGREED.values(), ids=AGREED)
def test_several_answers_agree(names: tuple[str, ...], expected: str) -> None:
    """Tasks that shorten differently serve one commit; two commits that begin alike are two."""
    assert commit.agreed(names) == expected


@given(st.text("0123456789abcdef", min_size=40, max_size=40), st.integers(0, 40))
def test_never_under_seven(whole: str, length: int) -> None:
    """A beginning counts from 7 digits on: six are met by chance among a few thousand commits."""
    assert commit.same(whole[:length], whole) == (length >= commit.SHORTEST)
