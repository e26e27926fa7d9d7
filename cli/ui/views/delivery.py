"""DORA's four figures and the incidents prevented: how each is computed, what it leaves out, and its chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cli.ui.reading.delivery import Delivered
from cli.ui.views import page_words
from cli.ui.views.charts import Chart, buckets, stacked, sticks, unit
from landfall.chain import Record
from landfall.dora import going_wrong
from landfall.dora.durations import moment
from landfall.dora.figure_words import Sentence, sentences, span
from landfall.dora.figures import Chosen, Figures, Window, chosen, figures, lead_times

GOOD, BAD, QUIET = "c-good", "c-bad", "c-quiet"
"""The style sheet's classes of a bar."""


@dataclass(frozen=True)
class Figure:
    """One figure: its name, its value, how it is computed, what is left out, and its chart. `key` explains colours."""

    sentence: Sentence
    chart: Chart
    key: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Prevented:
    """A reason for which bad releases were taken back, how many there were, and how wide that is on a bar of 1000."""

    code: str
    releases: int
    wide: float


@dataclass(frozen=True)
class Page:
    """What the page says."""

    headline: str
    lede: str
    figures: tuple[Figure, ...]
    prevented: Sentence
    codes: tuple[Prevented, ...]


def page(found: Delivered) -> Page:
    """Return what the page of the figures says."""
    told, of = figures(found.records, found.window), chosen(found.records, found.window)
    *four, prevented = sentences(told)
    drawn = tuple(draw(of, found.window) for draw in (_frequency, _lead, _failures, _restored))
    keys = ((), (), ((BAD, "failed"), (QUIET, "proven")), ())
    return Page(
        headline=headline(told),
        lede=lede(found),
        figures=tuple(map(Figure, four, drawn, keys)),
        prevented=prevented,
        codes=_codes(told.prevented.by_code),
    )


def headline(told: Figures) -> str:
    """Return a sentence that sums up the releases of the period."""
    proven, bad = told.frequency.releases, told.prevented.releases
    if not proven and not told.failure_rate.releases:
        return "No release reached a service in this time."
    kept = f" {page_words.spelled(bad).capitalize()} bad {'one' if bad == 1 else 'ones'} never stayed." if bad else ""
    were = "release was" if proven == 1 else "releases were"
    return f"{page_words.spelled(proven).capitalize()} {were} proven live.{kept}"


def lede(found: Delivered) -> str:
    """Say which period the figures cover, and why it is not longer."""
    since, until = (f"{at:%Y-%m-%d %H:%M}" for at in (found.window.since, found.window.until))
    records = page_words.count(found.looked_at, "record")
    told = f"{since} to {until} UTC, {found.window.days:.3g} days; {records} were read."
    cut = " A page reads no further back; one service alone reaches further, and `landfall dora` reads all of the time."
    return told + (cut if found.cut else "")


def _frequency(of: Chosen, window: Window) -> Chart:
    return _by_time(of.proven, (), window, "releases proven")


def _failures(of: Chosen, window: Window) -> Chart:
    bad = {id(record) for record in (*of.failed, *of.asked_back)}
    good = [record for record in of.proven if id(record) not in bad]
    return _by_time(good, [*of.failed, *of.asked_back], window, "releases that reached a service", QUIET)


def _by_time(good: Sequence[Record], bad: Sequence[Record], window: Window, what: str, kind: str = GOOD) -> Chart:
    """Return columns of days or weeks, with the failed releases at the bottom and the good ones above."""
    columns, most = [], 0
    for start, end in buckets(window):
        numbers = [sum(_in(record, start, end) for record in several) for several in (bad, good)]
        most = max(most, sum(numbers))
        failed = f", {numbers[0]} failed" if bad else ""
        columns.append((f"{start:%Y-%m-%d}: {sum(numbers)}{failed}", ((BAD, numbers[0]), (kind, numbers[1]))))
    each = unit(window)
    says = f"{len(good) + len(bad)} {what}, {most} in one {each} at most"
    return Chart(stacked(columns), f"up to {most} a {each}", *_ends(window), says)


def _in(record: Record, start: datetime, end: datetime) -> bool:
    at = moment(going_wrong.began(record))
    return at is not None and start <= at < end


def _lead(of: Chosen, window: Window) -> Chart:
    told = [(record, seconds) for record, seconds in lead_times(of.proven) if seconds >= 0]
    return _sticks(told, window, GOOD, "from commit to proven")


def _restored(of: Chosen, window: Window) -> Chart:
    told = [(record, seconds) for record, seconds in going_wrong.restored(of.inside) if seconds is not None]
    return _sticks(told, window, BAD, "from the start to proven again")


def _sticks(told: Sequence[tuple[Record, float]], window: Window, kind: str, what: str) -> Chart:
    """Return a stick for each release at its start time. Its height is how long the release took."""
    longest = max((seconds for _, seconds in told), default=0.0)
    points = []
    for record, seconds in told:
        at = moment(going_wrong.began(record)) or window.since
        name = f"{record.get('service', '')} {page_words.short(record.get('git_sha', ''))}"
        points.append((at, f"{page_words.clock(at)} {name}: {span(seconds)}", kind, seconds))
    says = f"{page_words.count(len(told), 'release')} {what}, the longest {span(longest)}"
    return Chart(sticks(points, window), f"up to {span(longest)}" if told else "", *_ends(window), says)


def _ends(window: Window) -> tuple[str, str]:
    return f"{window.since:%Y-%m-%d}", f"{window.until:%Y-%m-%d}"


def _codes(by_code: Mapping[str, int]) -> tuple[Prevented, ...]:
    most = max(by_code.values(), default=1)
    in_order = sorted(by_code.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(Prevented(code, number, round(1000 * number / most, 1)) for code, number in in_order)
