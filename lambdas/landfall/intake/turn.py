"""Whose turn is it? One deployment per service at a time, and of the pushes that wait only the newest goes ahead.

Requests are ordered by their time. A push that a newer push overtook is skipped, even when that one has ended
meanwhile: going ahead would put the older image over the newer. Requests by hand and rollbacks are never skipped.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from landfall.model import Outcome, Verdict, passed, wait

TIME = "%Y%m%dT%H%M%SZ"
"""What a deployment's id begins with."""
SECONDS = len("2026-01-01T00:00:00")
SKIP, GO = "OVERTAKEN", "YOUR_TURN"


@dataclass(frozen=True)
class Waiting:
    """A request for a service as the ledger knows it. `outcome` is empty while it is open."""

    deployment_id: str
    requested_at: str
    by_push: bool
    outcome: str = ""
    touching: bool = False
    started_at: str = ""

    @property
    def order(self) -> tuple[str, str, str]:
        """Return what requests are ordered by.

        By when it was asked for, which of a push that was delivered late is long before its execution's start. Events
        tell whole seconds: within one, the start decides, and of one instant the id.
        """
        return self.requested_at[:SECONDS], self.started_at, self.deployment_id


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
    """Return what the ids begin with a day before a request was made, or began: no request waits that long."""
    requested = requested_at[:SECONDS].replace("-", "").replace(":", "") + "Z"
    first = datetime.strptime(min(deployment_id, requested)[:16], TIME).replace(tzinfo=UTC)
    return (first - timedelta(days=1)).strftime(TIME)


def _overtaken(request: Waiting, everybody: Iterable[Waiting]) -> bool:
    return request.by_push and any(
        o.by_push and o.order > request.order and o.outcome != Outcome.REJECTED for o in everybody
    )
