"""Who is told of a deployment: everybody once, and nobody of an outcome that the record contradicts."""

from __future__ import annotations

from typing import Any

import pytest

from landfall.model import QUIET, Outcome
from landfall.telling import due
from tests.support import builders as b


@pytest.mark.parametrize("outcome", Outcome)
def test_people_are_told_of_what_is_no_success(outcome: Outcome) -> None:
    """Even where the outcome could not be recorded, and only once."""
    ended = b.ended(outcome=outcome)
    assert due.are_people(ended, {}) is (outcome not in QUIET)
    assert not due.are_people(ended, {"notified": "id"})


@pytest.mark.parametrize(
    ("record", "told"), [({}, False), ({"outcome": "REJECTED"}, True), ({"outcome": "X", "announced": ""}, False)]
)
def test_programs_are_told_of_what_is_settled(record: dict[str, Any], told: bool) -> None:
    """A program can't take back what it did at the first word."""
    assert due.are_programs(record) is told


@pytest.mark.parametrize(
    ("record", "otherwise"),
    [
        ({}, False),
        ({"fence": 7, "outcome": "REJECTED"}, False),
        ({"fence": 8}, True),
        ({"fence": 6, "outcome": "SUCCEEDED"}, True),
    ],
)
def test_a_record_that_tells_another_story_wins(record: dict[str, Any], otherwise: bool) -> None:
    """A younger lock took over, or another outcome is recorded: whoever did that tells of it."""
    ended = b.ended(outcome=Outcome.REJECTED, release=b.release(fence=7))
    assert due.is_settled_otherwise(ended, record) is otherwise
