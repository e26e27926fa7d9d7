"""A build's details of its commit are read completely or not at all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cli.contained import brought, within
from landfall.images import commit_details
from landfall.images.commit_details import NOTHING, Told, as_annotations, read

A, B, C, D, E = (letter * 40 for letter in "abcde")
SAID = Told(A, "2026-01-01T08:00:00Z", "Ann Example", "Sell socks", commit_details.WHOLE, (B, C))


def manifest(**changes: Any) -> dict[str, Any]:
    """Return a manifest that says all of it, but for these annotations."""
    return {"annotations": {**as_annotations(SAID), **{f"landfall.commit.{k}": v for k, v in changes.items()}}}


def test_what_is_written_is_read() -> None:
    """And a short commit of the release is enough."""
    assert read(manifest(), A) == read(manifest(), A[:7]) == SAID


@pytest.mark.parametrize(
    "document", [{}, {"annotations": None}, {"annotations": []}, {"annotations": {}}, {"annotations": {"other": "x"}}]
)
def test_nothing_said_is_nothing_told(document: dict[str, Any]) -> None:
    """Images of other tools, and of builds from before."""
    assert read(document, A) == NOTHING
    assert NOTHING.fields() == {}
    assert NOTHING.contains(A) == "unknown"


@pytest.mark.parametrize("sha", [B, "", "UNKNOWN", "A" * 40, A[:12]])
def test_another_commit_is_not_believed(sha: str) -> None:
    """What an image says of another commit than it is deployed as says nothing of that."""
    said = {"annotations": {**as_annotations(SAID), "landfall.commit": sha}}
    assert read(said, A) == NOTHING


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"time": "yesterday"}, replace(SAID, time="")),
        ({"time": "2026-01-01T08:00:00+02:00"}, replace(SAID, time="")),
        ({"history": "all of it, honestly"}, replace(SAID, history=commit_details.UNTOLD, ancestors=())),
        ({"ancestors": f"{B} HEAD"}, replace(SAID, history=commit_details.UNTOLD, ancestors=())),
        ({"author": "a" * 5000}, replace(SAID, author="a" * 100)),
        ({"subject": 7}, replace(SAID, subject="7")),
    ],
)
def test_odd_annotations_tell_nothing(changes: dict[str, Any], expected: Told) -> None:
    """Everybody who can push can write annotations, so a malformed one is left out."""
    assert read(manifest(**changes), A) == expected


def test_more_than_500_are_not_read() -> None:
    """And then the list is not whole, whatever it says."""
    many = " ".join(f"{number:040x}" for number in range(501))
    found = read(manifest(ancestors=many), A)
    assert (len(found.ancestors), found.history) == (500, commit_details.CUT)


@pytest.mark.parametrize(
    ("history", "wanted", "answer"),
    [
        (commit_details.WHOLE, A, "yes"),
        (commit_details.WHOLE, C[:7], "yes"),
        (commit_details.WHOLE, D, "no"),
        (commit_details.CUT, D, "unknown"),
        (commit_details.SHALLOW, D, "unknown"),
        (commit_details.UNTOLD, D, "unknown"),
        (commit_details.WHOLE, C[:6], "no"),
    ],
)
def test_what_is_not_listed_is_missing_only_where_all_is(history: str, wanted: str, answer: str) -> None:
    """A whole list alone can say no."""
    assert replace(SAID, history=history).contains(wanted) == answer


def test_a_release_contains_what_one_in_it_contains() -> None:
    """The 500 of each reach back further together; one that is on another branch reaches nothing."""
    newest = Told(A, history=commit_details.CUT, ancestors=(B,))
    before = Told(B, history=commit_details.CUT, ancestors=(C,))
    aside = Told(E, history=commit_details.WHOLE, ancestors=(D,))
    assert within([newest, aside, before], C) == "yes"
    assert within([newest, aside, before], D) == "unknown"
    assert within([NOTHING, before], C) == "unknown"


@pytest.mark.parametrize(
    ("said", "wanted", "number"),
    [
        ([Told(A, ancestors=(B, C)), Told(B, ancestors=(C,)), Told(C)], C, 2),
        ([Told(A, ancestors=(B, C)), Told(B, ancestors=(C,)), Told(C)], B, 1),
        ([Told(A, ancestors=(C,)), Told(D), Told(A, ancestors=(C,))], C, 0),
    ],
    ids=["the oldest", "the middle", "it had gone meanwhile"],
)
def test_who_brought_it(said: list[Told], wanted: str, number: int) -> None:
    """The first of those without a gap: a release in between that went back did not contain it."""
    assert brought(said, wanted) == number
