"""The README's table of tools is what `python -m tests.campaigns.torture --document` makes of a full run."""

from __future__ import annotations

from pathlib import Path

from statemachine import marked
from tests.campaigns.torture import report

README = Path(__file__).parents[3] / "README.md"
TOTAL = {
    "scenarios": 2,
    "false_successes": 1,
    "false_successes_ecs": 0,
    "false_failures": 3,
    "median_seconds_bad": None,
}


def test_the_table_goes_between_its_marks() -> None:
    """The figures of every tool that really runs, in the table that the README has."""
    told = {"scenarios": [{}, {}, {}], "totals": dict.fromkeys(report.SHOWN, TOTAL)}
    page = marked.put_into(README.read_text(encoding="utf-8"), report.BEGIN, report.END, report.markdown(told))

    assert "| of 3 scenarios, 2 can be asked of any tool |" in page
    assert page.count(" | 1 | 0 | 3 | 0 |\n") == len(report.SHOWN)
