"""Reads deployments, newest first: as many as a page may read, and where the next page begins."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from cli import records
from cli.cloud import Cloud
from cli.ui.environments import FAILURES, Environment
from landfall import commit
from landfall.chain import Record
from landfall.partitions import UNKNOWN_SERVICE

SPARE = 10
"""Items of a page's share that are held in reserve."""
_ID = re.compile(r"[0-9A-Za-z_-]{1,80}")


@dataclass(frozen=True)
class Wanted:
    """The reader's filter. An empty field means any. A page goes back in time from the id `below`."""

    service: str = ""
    outcome: str = ""
    commit: str = ""
    who: str = ""
    since: str = ""
    until: str = ""
    below: str = ""

    def fits(self, record: Record) -> bool:
        """Say whether a record matches the filter."""
        started = records.started(record)
        return (
            (not self.outcome or self.outcome == str(record.get("outcome", "OPEN")))
            and (not self.commit or commit.same(str(record.get("git_sha", "")), self.commit))
            and (not self.who or any(self.who.lower() in str(record.get(n, "")).lower() for n in ASKERS))
            and (not self.since or started[:10] >= self.since)
            and (not self.until or started[:10] <= self.until)
        )


ASKERS = ("asked_by", "requested_by")


@dataclass(frozen=True)
class Found:
    """The records of one environment, newest first; where to go on, empty at the end; and what was not read."""

    environment: str
    records: tuple[Record, ...] = ()
    looked_at: int = 0
    below: str = ""
    unread: str = ""


def found(environment: Environment, wanted: Wanted, share: int) -> Found:
    """Read an environment's deployments, with `share` items."""
    try:
        with environment.page(share) as cloud:
            return _found(environment, cloud, wanted)
    except FAILURES as error:
        return Found(environment.name, unread=str(error))


def _found(environment: Environment, cloud: Cloud, wanted: Wanted) -> Found:
    names = [wanted.service] if wanted.service else [*(s.name for s in cloud.settings.services), UNKNOWN_SERVICE]
    if digits := commit.digits(wanted.commit):
        told = [record for name in names for record in cloud.ledger.of_commit(name, digits)]
        return Found(environment.name, _sorted(filter(wanted.fits, told)), len(told))
    each = max(1, (environment.reads.left - SPARE) // len(names))
    below = wanted.below if _ID.fullmatch(wanted.below) else _day_after(wanted.until)
    pages = [list(islice(cloud.ledger.newest_first(name, each, below), each)) for name in names]
    # a service that was not read to its end may have records that are newer than the last ones of other services
    reached = max((str(page[-1]["deployment_id"]) for page in pages if len(page) == each), default="")
    told = [record for page in pages for record in page if str(record["deployment_id"]) >= reached]
    done = bool(wanted.since) and reached[:8] < wanted.since.replace("-", "")
    return Found(environment.name, _sorted(filter(wanted.fits, told)), len(told), "" if done else reached)


def _day_after(day: str) -> str:
    """Return an id greater than all ids of a day: an id begins with its time."""
    return day.replace("-", "") + "~" if re.fullmatch(r"\d{4}-\d\d-\d\d", day) else ""


def _sorted(chosen: Iterable[Record]) -> tuple[Record, ...]:
    key: Callable[[Record], str] = records.started
    return tuple(sorted(chosen, key=key, reverse=True))


def joined(pages: Sequence[Found]) -> str:
    """Return the id from which the next page goes back in all environments; empty if all were read to their end."""
    return max((page.below for page in pages), default="")
