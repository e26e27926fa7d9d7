"""The figures of a period: frequency, lead time, failure rate, time to restore, and incidents prevented.

A deployment counts in the period in which it began. The figures count releases. A rollback that a person asked for
delivers no change: it says that the release before it failed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from landfall.chain import Record
from landfall.dora import going_wrong
from landfall.dora.durations import Durations, moment, summed_up
from landfall.dora.going_wrong import FAILED, Recovery
from landfall.ledger import service_standing
from landfall.model import UNKNOWN, Intent, Outcome

DAY = timedelta(days=1)
OPEN, NO_TIME, UNSEEN = "OPEN", "NO_TIME", "UNSEEN"
"""Reasons, apart from outcomes, why a record does not count: under way; unreadable time; a success nobody saw."""


@dataclass(frozen=True)
class Window:
    """A time, in UTC: from `since`, up to but not including `until`."""

    since: datetime
    until: datetime

    @property
    def days(self) -> float:
        """Return the length in days."""
        return (self.until - self.since) / DAY

    def holds(self, at: datetime) -> bool:
        """Say whether a moment is in it."""
        return self.since <= at < self.until


@dataclass(frozen=True)
class Frequency:
    """Releases that were proven live: how many, per day, and on how many days there was one."""

    releases: int
    per_day: float
    days: int


@dataclass(frozen=True)
class LeadTime:
    """How long it took until a release was proven, for the first proof of each commit in the period.

    `from_commit` counts those whose build says when the commit was made, `from_request` those with a time of request.
    Left out of the former: `no_commit_time`, and `commit_after_proof`, where the author's clock was wrong. Left out of
    both: `again`, later proofs of the same commit.
    """

    from_commit: Durations
    from_request: Durations
    no_commit_time: int
    commit_after_proof: int
    no_request_time: int
    again: int


@dataclass(frozen=True)
class FailureRate:
    """The share of the releases that reached the service and failed there: `failed` of `releases`. None without any.

    `by_outcome` says how: by Landfall's own outcomes, and `asked_back` for a proven release from which a person asked
    to go back. Left out: `unknown`, releases whose end says nothing about them. `asked_back_unknown` are requests to go
    back that name no release of this time.
    """

    rate: float | None
    failed: int
    releases: int
    by_outcome: dict[str, int]
    unknown: int
    asked_back_unknown: int


@dataclass(frozen=True)
class Prevented:
    """Bad releases that were rolled back, with the release before proven live again. By code."""

    releases: int
    by_code: dict[str, int]


@dataclass(frozen=True)
class Figures:
    """The figures of one service or of several. `left_out` counts the records that do not count, by reason."""

    records: int
    frequency: Frequency
    lead_time: LeadTime
    failure_rate: FailureRate
    recovery: Recovery
    prevented: Prevented
    rollbacks: int
    left_out: dict[str, int]


@dataclass(frozen=True)
class Chosen:
    """The records of a period, the earliest first, and the releases by their ends, from which the figures are computed.

    `asked_back` are proven releases from which a person asked to go back, `unmatched` counts such requests that name no
    release of this time, `no_time` records whose time can't be read.
    """

    inside: tuple[Record, ...]
    releases: tuple[Record, ...]
    proven: tuple[Record, ...]
    failed: tuple[Record, ...]
    asked_back: tuple[Record, ...]
    unmatched: int
    no_time: int


def chosen(records: Iterable[Record], window: Window) -> Chosen:
    """Choose the records that count. `records` are of any services, in any order; those that began outside don't count.

    A drill delivers nothing and says nothing about a release, so it counts nowhere.
    """
    known = [(moment(going_wrong.began(record)), record) for record in records if not record.get("drill")]
    dated = [(at, record) for at, record in known if at and window.holds(at)]
    inside = [record for _, record in sorted(dated, key=lambda pair: pair[0])]
    releases = [r for r in inside if r.get("intent", Intent.RELEASE) == Intent.RELEASE]
    asked_back, unmatched = going_wrong.asked_back(inside)
    return Chosen(
        inside=tuple(inside),
        releases=tuple(releases),
        proven=tuple(r for r in releases if _is_proven(r)),
        failed=tuple(r for r in releases if r.get("outcome") in FAILED and not going_wrong.is_unjudged(r)),
        asked_back=tuple(asked_back),
        unmatched=unmatched,
        no_time=sum(at is None for at, _ in known),
    )


def figures(records: Iterable[Record], window: Window) -> Figures:
    """Return the figures of a period. `records` are of any services and periods, in any order."""
    of = chosen(records, window)
    without = Counter({NO_TIME: of.no_time})
    return Figures(
        records=len(of.inside) + of.no_time,
        frequency=_frequency(of.proven, window),
        lead_time=_lead_time(of.proven),
        failure_rate=_failure_rate(of),
        recovery=going_wrong.recovery(of.inside, of.asked_back),
        prevented=_prevented(of.failed),
        rollbacks=sum(r.get("intent") == Intent.ROLLBACK for r in of.inside),
        left_out=_counted(without + Counter(filter(None, map(_says_nothing, of.inside)))),
    )


def by_service(records: Iterable[Record], window: Window) -> dict[str, Figures]:
    """Return the figures of each service by itself."""
    in_order = sorted(records, key=_service)
    return {name: figures(several, window) for name, several in groupby(in_order, _service)}


def _service(record: Mapping[str, Any]) -> str:
    return str(record.get("service", UNKNOWN))


def _is_proven(record: Mapping[str, Any]) -> bool:
    return record.get("outcome") == Outcome.SUCCEEDED and service_standing.proven(record)


def _says_nothing(record: Mapping[str, Any]) -> str:
    """Say why a record does not count; empty if it does."""
    outcome = str(record.get("outcome") or OPEN)
    if outcome == Outcome.SUCCEEDED:
        return "" if _is_proven(record) else UNSEEN
    if outcome in FAILED:
        return going_wrong.STOPPED if going_wrong.is_unjudged(record) else ""
    return outcome


def _frequency(proven: Sequence[Record], window: Window) -> Frequency:
    days = {at.date() for r in proven if (at := moment(r.get("ended_at")))}
    return Frequency(len(proven), len(proven) / window.days if window.days > 0 else 0.0, len(days))


def lead_times(proven: Sequence[Record]) -> list[tuple[Record, float]]:
    """Return the first proof of each commit with the seconds since the commit, if the build says when that was made.

    `proven` are the earliest first. Negative seconds come from a wrong clock of the author.
    """
    times = [(r, moment(r.get("commit_time")), moment(r.get("ended_at"))) for r in _firsts(proven)]
    return [(record, (end - start).total_seconds()) for record, start, end in times if start and end]


def _firsts(proven: Sequence[Record]) -> list[Record]:
    """Return the first proof of each commit of each service, the earliest first."""
    return list({(_service(r), str(r.get("git_sha"))): r for r in reversed(proven)}.values())[::-1]


def _lead_time(proven: Sequence[Record]) -> LeadTime:
    firsts = _firsts(proven)
    from_commit = [seconds for _, seconds in lead_times(proven)]
    asked = [(moment(r.get("asked_at") or r.get("requested_at")), moment(r.get("ended_at"))) for r in firsts]
    from_request = [(end - start).total_seconds() for start, end in asked if start and end]
    return LeadTime(
        from_commit=summed_up(each for each in from_commit if each >= 0),
        from_request=summed_up(each for each in from_request if each >= 0),
        no_commit_time=len(firsts) - len(from_commit),
        commit_after_proof=sum(each < 0 for each in from_commit),
        no_request_time=len(firsts) - sum(each >= 0 for each in from_request),
        again=len(proven) - len(firsts),
    )


def _failure_rate(of: Chosen) -> FailureRate:
    reached, wrong = len(of.proven) + len(of.failed), len(of.failed) + len(of.asked_back)
    how = Counter(str(r["outcome"]) for r in of.failed) + Counter({"asked_back": len(of.asked_back)})
    unjudged = sum(r.get("outcome") in FAILED and going_wrong.is_unjudged(r) for r in of.releases)
    return FailureRate(
        rate=wrong / reached if reached else None,
        failed=wrong,
        releases=reached,
        by_outcome=_counted(how),
        unknown=unjudged + sum(r.get("outcome") == Outcome.SUPERSEDED for r in of.releases),
        asked_back_unknown=of.unmatched,
    )


def _prevented(failed: Sequence[Record]) -> Prevented:
    taken = [r for r in failed if r.get("outcome") == Outcome.ROLLED_BACK]
    return Prevented(len(taken), _counted(Counter(str(r.get("code") or UNKNOWN) for r in taken)))


def _counted(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: counts[name] for name in sorted(counts) if counts[name]}
