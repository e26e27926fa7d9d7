"""The figures in words, for people: a value, how it is computed, and what is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from landfall.dora.durations import Durations
from landfall.dora.figures import Figures

MINUTE, HOUR, DAY = 60, 3600, 86400
NONE = "none"
"""Shown if there are no records for a figure."""


@dataclass(frozen=True)
class Sentence:
    """A figure: its name, its value, what it is computed from, and what it leaves out (may be empty)."""

    name: str
    value: str
    how: str
    left_out: str = ""


def sentences(told: Figures) -> tuple[Sentence, ...]:
    """Return the five figures, DORA's four first."""
    lead, rate, back = told.lead_time, told.failure_rate, told.recovery
    return (
        Sentence(
            "deployment frequency",
            _frequency(told.frequency.per_day),
            f"{_number(told.frequency.releases, 'release')} proven live, on {_number(told.frequency.days, 'day')}",
            _listed(told.left_out),
        ),
        Sentence(
            "lead time",
            span(lead.from_commit.median),
            f"from commit to proven, {_of(lead.from_commit)}; from request to proven {span(lead.from_request.median)}",
            _listed(
                {
                    "without a commit time": lead.no_commit_time,
                    "with a commit time after their proof": lead.commit_after_proof,
                    "proven before in this time": lead.again,
                }
            ),
        ),
        Sentence(
            "change failure rate",
            NONE if rate.rate is None else f"{100 * rate.rate:.1f} %",
            f"{rate.failed} of {_number(rate.releases, 'release')} failed{_in_brackets(rate.by_outcome)}",
            _listed({"not judged": rate.unknown, "requested rollbacks of earlier releases": rate.asked_back_unknown}),
        ),
        Sentence(
            "time to restore",
            span(back.failed_releases.median),
            f"from the start of a failed release to proven again, {_of(back.failed_releases)}",
            _listed(
                {
                    "not proven again yet": back.not_yet,
                    "requested rollbacks with an unknown start of the failure": back.began_unknown,
                    "without readable times": back.unknown_time,
                }
            ),
        ),
        Sentence(
            "incidents prevented",
            str(told.prevented.releases),
            f"bad releases that never stayed{_in_brackets(told.prevented.by_code)}",
        ),
    )


def span(seconds: float | None) -> str:
    """Return a duration with its two largest units, such as 3 h 12 min; `none` for none."""
    if seconds is None:
        return NONE
    whole = round(seconds)
    for unit, name, below, of_below in ((DAY, "d", HOUR, "h"), (HOUR, "h", MINUTE, "min"), (MINUTE, "min", 1, "s")):
        if whole >= unit:
            left = whole % unit // below
            return f"{whole // unit} {name}" + (f" {left} {of_below}" if left else "")
    return f"{whole} s"


def _frequency(per_day: float) -> str:
    if per_day >= 1 or not per_day:
        return f"{per_day:.1f} a day"
    per_week = f"{per_day * 7:.1f}"
    return "less than 0.1 a week" if per_week == "0.0" else f"{per_week} a week"


def _of(told: Durations) -> str:
    if told.nine_of_ten is None:
        return "no release"
    return f"median of {told.count}; nine of ten within {span(told.nine_of_ten)}"


def _number(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count)


def _in_brackets(counts: Mapping[str, int]) -> str:
    return f" ({', '.join(f'{count} {word}' for word, count in counts.items())})" if counts else ""
