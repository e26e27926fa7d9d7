"""What people read of the figures: the value, what it is computed from, and what is left out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from landfall.dora.figure_words import Sentence, sentences, span
from landfall.dora.figures import Frequency, figures
from landfall.model import Outcome
from tests.unit.dora.records import RECORDS, WINDOW, closed

SPANS = {
    None: "none",
    0: "0 s",
    59.4: "59 s",
    59.6: "1 min",
    61: "1 min 1 s",
    3599: "59 min 59 s",
    3599.6: "1 h",
    11520: "3 h 12 min",
    86399: "23 h 59 min",
    86400: "1 d",
    90059: "1 d 1 h",
    864000: "10 d",
}


@pytest.mark.parametrize(("seconds", "told"), SPANS.items())
def test_a_duration_has_its_two_largest_units(seconds: float | None, told: str) -> None:
    """Rounded to seconds first, so that none of them reads as 60 s; without a duration there is no 0."""
    assert span(seconds) == told


def test_the_example_of_the_docs_in_words() -> None:
    """Each figure says what it is computed from, and counts apart what it leaves out."""
    assert sentences(figures(RECORDS, WINDOW)) == (
        Sentence(
            "deployment frequency",
            "4.2 a week",
            "6 releases proven live, on 6 days",
            "1 EXECUTION_STOPPED, 1 OPEN, 1 REJECTED, 1 SKIPPED, 1 SUPERSEDED",
        ),
        Sentence(
            "lead time",
            "1 h",
            "from commit to proven, median of 3; nine of ten within 2 h; from request to proven 5 min",
            "1 without a commit time, 1 with a commit time after their proof, 1 proven before in this time",
        ),
        Sentence(
            "change failure rate",
            "37.5 %",
            "3 of 8 releases failed (1 ROLLBACK_FAILED, 1 ROLLED_BACK, 1 asked_back)",
            "2 not judged",
        ),
        Sentence(
            "time to restore",
            "24 min",
            "from the start of a failed release to proven again, median of 2; nine of ten within 45 min",
            "1 requested rollbacks with an unknown start of the failure",
        ),
        Sentence("incidents prevented", "1", "bad releases that never stayed (1 CRASH_LOOP)"),
    )


def test_what_can_not_be_computed_is_none_and_never_a_good_value() -> None:
    """No release is neither a rate of 0 % nor a restoration in 0 s."""
    told = {each.name: each for each in sentences(figures([], WINDOW))}
    assert [told[name].value for name in ("lead time", "change failure rate", "time to restore")] == ["none"] * 3
    assert told["lead time"].how == "from commit to proven, no release; from request to proven none"
    assert told["deployment frequency"].value == "0.0 a day"
    assert {each.left_out for each in told.values()} == {""}


def test_each_thing_left_out_is_named_for_what_it_is() -> None:
    """A failure that is not over, one without readable times, and a request back that names no known release."""
    back = closed(Outcome.SUCCEEDED, 3, intent="rollback", baseline_task_definition="of another time")
    records = [back, closed(Outcome.NO_BASELINE, 4), closed(Outcome.ROLLED_BACK, 5, ended_at="soon")]
    told = {each.name: each for each in sentences(figures(records, WINDOW))}
    assert told["time to restore"].left_out == "1 not proven again yet, 1 without readable times"
    assert told["change failure rate"].left_out == "1 requested rollbacks of earlier releases"
    assert told["change failure rate"].how.startswith("2 of 2 releases failed")


@pytest.mark.parametrize(
    ("releases", "days", "told", "how"),
    [
        (10, 10, "1.0 a day", "10 releases proven live, on 1 day"),
        (25, 10, "2.5 a day", "25 releases proven live, on 1 day"),
        (9, 10, "6.3 a week", "9 releases proven live, on 1 day"),
        (1, 10, "0.7 a week", "1 release proven live, on 1 day"),
        (1, 365, "less than 0.1 a week", "1 release proven live, on 1 day"),
    ],
)
def test_less_than_one_a_day_is_told_by_the_week(releases: int, days: int, told: str, how: str) -> None:
    """A release now and then is never told as none at all."""
    window = replace(WINDOW, until=WINDOW.since + timedelta(days=days))
    found = replace(figures([], window), frequency=Frequency(releases, releases / window.days, 1))
    first = sentences(found)[0]
    assert (first.value, first.how) == (told, how)
