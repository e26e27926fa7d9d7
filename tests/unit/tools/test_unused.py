"""What `make tidy` tells."""

from __future__ import annotations

from tools import unused

LINES = ["cli/x.py:7: unused function 'f' (60% confidence)", "tests/x.py:8: unused variable 'y' (60% confidence)"]


def test_what_nothing_uses_needs_a_reason() -> None:
    """Dead code misleads whoever reads it. Fixtures of tests are found by their names, so tests are not judged."""
    assert unused.judged(LINES, {}) == ["cli/x.py:7: unused function 'f'"]
    assert unused.judged(LINES, {"cli/x.py": {"f": "the web server calls it"}}) == []


def test_a_reason_in_vain_is_told() -> None:
    """Else it would excuse the next name that is the same."""
    reasons = {"cli/x.py": {"f": "a reason"}, "cli/y.py": {"g": "a reason"}}
    assert unused.judged(LINES, reasons) == ["unused.toml: cli/y.py: g is used, or gone"]
