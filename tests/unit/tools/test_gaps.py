"""What `make coverage` calls a gap, and what explains one."""

from __future__ import annotations

import pytest

from tools.coverage.gaps import Gap, Reason, gaps_of, read

LINES = ["def f(a):", "    if a:", "        return 1", "    return 2"]


def test_a_line_and_a_way_on_are_gaps_but_a_way_to_a_gap_is_not_another() -> None:
    """Each gap is told once."""
    measured = {"missing_lines": [3], "missing_branches": [[2, 3], [2, 4], [4, -1]]}
    assert gaps_of("x.py", LINES, measured) == [
        Gap("x.py", 2, "if a:", "never goes to line 4"),
        Gap("x.py", 3, "return 1", "not reached"),
        Gap("x.py", 4, "return 2", "never goes out of the function"),
    ]


def test_a_reason_is_found_by_what_stands_in_the_line() -> None:
    """Numbers of lines change with every edit above them."""
    (reason,) = read('[[gap]]\nfile = "x.py"\nline = "if a:"\nreason = "always"\n')
    assert reason == Reason("x.py", "if a:", "always")
    assert reason.covers(Gap("x.py", 9, "if a:", "never goes to line 4"))
    assert not reason.covers(Gap("y.py", 9, "if a:", "never goes to line 4"))


def test_a_gap_without_a_reason_is_refused() -> None:
    """Else the file would be a list of what nobody tests."""
    with pytest.raises(ValueError, match="has no reason"):
        read('[[gap]]\nfile = "x.py"\nline = "if a:"\n')
