"""Failures: releases that failed, releases that a person rolled back, and how soon each service worked again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from landfall.chain import Record
from landfall.dora.durations import Durations, moment, summed_up
from landfall.ledger import service_standing
from landfall.model import PROVEN, Intent, Outcome

FAILED = (Outcome.ROLLED_BACK, Outcome.ROLLBACK_FAILED, Outcome.NO_BASELINE)
"""Outcomes that say: the release reached the service, and failed there."""
NOT_HEALTHY = (Outcome.ROLLBACK_FAILED, Outcome.NO_BASELINE)
"""Outcomes after which the service waits for a later deployment to make it work again."""
STOPPED = "EXECUTION_STOPPED"
"""The code of a deployment whose execution was stopped, timed out or died, and was recovered (ledger/recovery.py)."""


@dataclass(frozen=True)
class Recovery:
    """How long it took from the start of a release that failed until the service was proven live again.

    Left out: `not_yet`, if no deployment proved it again in this period; `began_unknown`, proven releases from which a
    person asked to go back, since nobody recorded when they began to do harm; `unknown_time`.
    """

    failed_releases: Durations
    not_yet: int
    began_unknown: int
    unknown_time: int


def began(record: Mapping[str, Any]) -> str:
    """Return when a deployment began; if that is not recorded, when it was requested."""
    return str(record.get("started_at") or record.get("requested_at") or "")


def is_unjudged(record: Mapping[str, Any]) -> bool:
    """Say whether a release was taken back because its execution ended: nobody judged it, so it did not fail."""
    return record.get("outcome") == Outcome.ROLLED_BACK and record.get("code") == STOPPED


def asked_back(in_order: Sequence[Record]) -> tuple[list[Record], int]:
    """Return the proven releases from which a person asked to go back, and how many such requests name none of them.

    `in_order` are records of any services, the earliest first. A rollback's record names the revision that ran before
    it. A rollback after a failed way back repairs that failure, and says nothing about another release.
    """
    live: dict[tuple[str, str], Record] = {}
    last: dict[str, Record] = {}
    found, unmatched = dict[str, Record](), 0
    for record in in_order:
        service, revision = str(record.get("service")), str(record.get("task_definition"))
        if _is_rollback(record) and last.get(service, {}).get("outcome") not in NOT_HEALTHY:
            left = live.get((service, str(record.get("baseline_task_definition"))))
            if left is None:
                unmatched += 1
            else:
                found[f"{service} {left.get('deployment_id')}"] = left
        elif record.get("outcome") == Outcome.SUCCEEDED and record.get("intent", Intent.RELEASE) == Intent.RELEASE:
            live[service, revision] = record
        if service_standing.changed(record):
            last[service] = record
    return list(found.values()), unmatched


def restored(in_order: Sequence[Record]) -> list[tuple[Record, float | None]]:
    """Return each release that failed, with the seconds from its start until its service was proven live again.

    None if no deployment proved it again yet. `in_order` are records of any services, the earliest first. Those without
    readable times are left out.
    """
    timed = [(r, moment(began(r)), moment(r.get("ended_at"))) for r in in_order if _failed(r)]
    found = []
    for record, start, end in timed:
        if start and end and start <= end:
            again = _proven_again(record, end, in_order)
            found.append((record, (again - start).total_seconds() if again else None))
    return found


def recovery(in_order: Sequence[Record], taken_back: Sequence[Record]) -> Recovery:
    """Return how soon services worked again. `in_order` are records of any services, the earliest first."""
    told = restored(in_order)
    return Recovery(
        failed_releases=summed_up(seconds for _, seconds in told if seconds is not None),
        not_yet=sum(seconds is None for _, seconds in told),
        began_unknown=len(taken_back),
        unknown_time=sum(map(_failed, in_order)) - len(told),
    )


def _failed(record: Record) -> bool:
    return record.get("outcome") in FAILED and not _is_request_back(record) and not is_unjudged(record)


def _proven_again(record: Record, ended: datetime, in_order: Sequence[Record]) -> datetime | None:
    """Return when the service of a failed release was proven live again; None if it was not, as far as is known."""
    if record["outcome"] not in NOT_HEALTHY:
        return ended
    return min(_proofs(record, ended, in_order), default=None)


def _proofs(record: Record, after: datetime, in_order: Sequence[Record]) -> Iterator[datetime]:
    """Yield when later deployments proved the running release, whether new or restored."""
    for other in in_order:
        ended = moment(other.get("ended_at"))
        proved = other.get("outcome") in (*PROVEN, Outcome.ROLLED_BACK)
        if proved and other.get("service") == record.get("service") and ended and ended > after:
            yield ended


def _is_request_back(record: Mapping[str, Any]) -> bool:
    return record.get("intent") == Intent.ROLLBACK


def _is_rollback(record: Mapping[str, Any]) -> bool:
    return _is_request_back(record) and record.get("outcome") == Outcome.SUCCEEDED
