"""Whose turn is it? One deployment per service at a time, and of the pushes that wait only the newest goes ahead.

Requests are ordered by their time. A push that a newer push overtook is skipped, even when the newer one has ended
meanwhile: otherwise the older image would replace the newer. Requests by hand and rollbacks are never skipped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from landfall.model import Outcome, Release, Verdict, passed, wait
from landfall.naming import TIME, stamp, whole_seconds

SKIP, GO = "OVERTAKEN", "YOUR_TURN"


@dataclass(frozen=True)
class Waiting:
    """A request for a service, as the ledger records it. `outcome` is empty while it is open."""

    deployment_id: str
    requested_at: str
    by_push: bool
    outcome: str = ""
    touching: bool = False
    started_at: str = ""

    @property
    def order(self) -> tuple[str, str, str]:
        """Return the sort key of requests: the time of the request, then the start of its execution, then the id.

        The event of a push may arrive late, so the execution may start long after the request. Events have whole
        seconds.
        """
        return whole_seconds(self.requested_at), self.started_at, self.deployment_id


def waiting(release: Release) -> Waiting:
    """Return a release as a request that waits for its turn."""
    return Waiting(release.deployment_id, release.requested_at, release.by_push, started_at=release.started_at)


def recorded(records: Iterable[Mapping[str, Any]]) -> list[Waiting]:
    """Return the requests in the ledger's records. A request that is rejected right away makes nobody wait."""
    return [
        Waiting(
            deployment_id=str(record["deployment_id"]),
            requested_at=str(record.get("requested_at", "")),
            started_at=str(record.get("started_at", "")),
            by_push=bool(record.get("by_push")),
            outcome=str(record.get("outcome", "")),
            touching="fence" in record,
        )
        for record in records
        if not record.get("doomed")
    ]


def decide(mine: Waiting, others: Iterable[Waiting], poll: int) -> Verdict:
    """Say whether `mine` is overtaken, must let an older request go first, or may try for the lock."""
    everybody = [o for o in others if o.deployment_id != mine.deployment_id]
    newer = [o for o in everybody if o.order > mine.order and o.by_push and o.outcome != Outcome.REJECTED]
    if mine.by_push and newer:
        last = max(newer, key=lambda o: o.order)
        return passed(SKIP, f"a newer push was made: {last.deployment_id}")
    older = [o for o in everybody if o.order < mine.order and not o.outcome and not o.touching]
    first = [o for o in older if not _overtaken(o, [*everybody, mine])]
    if first:
        return wait("QUEUED", f"{min(first, key=lambda o: o.order).deployment_id} is first", poll)
    return passed(GO, "no older request waits")


def a_day_before(deployment_id: str, requested_at: str) -> str:
    """Return the beginning of an id one day before a request was made, or began. No request waits that long."""
    first = datetime.strptime(min(deployment_id, stamp(requested_at))[:16], TIME).replace(tzinfo=UTC)
    return (first - timedelta(days=1)).strftime(TIME)


def _overtaken(request: Waiting, everybody: Iterable[Waiting]) -> bool:
    return request.by_push and any(
        o.by_push and o.order > request.order and o.outcome != Outcome.REJECTED for o in everybody
    )
