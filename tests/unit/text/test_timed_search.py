"""A user's pattern is searched in a process of its own, which may end in any way."""

from __future__ import annotations

import pytest

from landfall.text import timed_search


def test_what_matches() -> None:
    """In any of the texts."""
    assert timed_search.matches("b+", ["a", "bb"])
    assert not timed_search.matches("b+", ["a"])
    assert timed_search.full_matches("v(?P<sha>[0-9a-f]+)", ["v1a", "x"], "sha") == ["1a", None]


def test_a_search_that_ends_without_an_answer_has_none() -> None:
    """A process that is killed, for its memory or by hand, found nothing and ruled nothing out."""
    with pytest.raises(TimeoutError, match="the search ended with 1"):
        timed_search.matches("(", ["a"])
