"""Was the way back practised lately, and did the last drill end where it began?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from landfall.chain import Record
from landfall.ledger import drills
from landfall.ledger.drills import FORWARD, HALF_WAY
from landfall.model import PROVEN
from landfall.reconcile.findings import Kind, Looked, Seen
from landfall.settings import Service

KINDS = frozenset({Kind.DRILL_OVERDUE})
SUBJECT, UNENDED = "the way back", "the way forward"


def assess(service: Service, newest: Sequence[Record], last_change: Record | None, now: datetime) -> Looked:
    """Return the look; `newest` are the records by their ids, the greatest first."""
    seen = [*_unended(last_change, now), *_overdue(service, newest, now)]
    return Looked(KINDS, tuple(seen))


def _unended(last: Record | None, now: datetime) -> list[Seen]:
    """Find a drill whose way forward did not begin, or failed: an older release than before is live."""
    if last is None or not last.get("drill"):
        return []
    failed = last["drill"] == FORWARD and last.get("outcome") not in PROVEN
    waits = drills.is_half_way(last) and now - datetime.fromisoformat(str(last["ended_at"])) > HALF_WAY
    if not failed and not waits:
        return []
    how = f"ended {last['outcome']}" if failed else "was never started"
    what = f"the way forward of a drill {how} ({last['deployment_id']}): the release before it is live"
    return [Seen(Kind.DRILL_OVERDUE, UNENDED, what)]


def _overdue(service: Service, newest: Sequence[Record], now: datetime) -> list[Seen]:
    """Find a drill that is overdue. A service without two proven releases of that age has none to make."""
    if service.drill is None or not service.drill.cron:
        return []
    since = now - timedelta(days=service.drill.overdue_days)
    last = drills.last(newest)
    proven = [r for r in newest if r.get("outcome") in PROVEN and str(r.get("ended_at", "")) < since.isoformat()]
    known = len({str(record["image_digest"]) for record in proven}) > 1
    if (last and datetime.fromisoformat(last.at) >= since) or not known:
        return []
    told = last.told(now) if last else drills.NEVER
    what = f"{told}; the settings want a drill every {service.drill.overdue_days} days"
    return [Seen(Kind.DRILL_OVERDUE, SUBJECT, what)]
