"""Each reported case comes out as it should; those of work that is still to be done are expected to fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cases.case import FOUND, REPORTED, read
from tests.cases.tried import HOWS, outcome

OPEN: dict[str, tuple[str, ...]] = {}
"""What is known and not done yet. A case here that comes out right fails the test: take it off the list."""
_OPEN = {number: what for what, numbers in OPEN.items() for number in numbers}


def _marked(path: Path) -> object:
    what = _OPEN.get("-".join(path.name.split("-")[:2]))
    marks = pytest.mark.xfail(reason=f"to be done: {what}", strict=True) if what else ()
    return pytest.param(path, id=path.stem, marks=marks)


@pytest.mark.parametrize("path", [_marked(path) for path in sorted((*REPORTED.glob("*.*"), *FOUND.glob("*.*")))])
def test_a_reported_case_comes_out_right(path: Path) -> None:
    """What the public report says is right is what the project says too."""
    case = read(path)
    assert outcome(case) == case.expected


def test_every_way_of_trying_is_used() -> None:
    """A `how` that no case uses would be untested."""
    assert {read(path).how for path in REPORTED.glob("*.*")} == set(HOWS)
