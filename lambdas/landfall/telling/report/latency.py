"""The latency of a rolling release beside that of the release before. It is reported, never judged.

The minutes are CloudWatch's, of the service's own target groups. Before: of the hour before the update. After: those
that began once the release was proven, when no older task answered any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from landfall.gates.timed import LEAST_TIMED, timed
from landfall.gates.traffic_series import HISTORY, MINUTE, SETTLED, Minute, Side, settled
from landfall.ledger.execution_history import Entry

PROVES = "Confirm"
"""The state that proves a release by law 1."""
EARLY = "not known: CloudWatch had no final minute since the release was proven; a longer bake_seconds leaves time"
FEW = f"too few requests: no minute had {LEAST_TIMED}"


@dataclass(frozen=True)
class Pace:
    """A number of minutes and of requests in them, and the medians of the minutes' p50 and p95, in seconds.

    Minutes with too few requests do not count for the percentiles; if there are only such minutes, there are none.
    """

    minutes: int = 0
    requests: int = 0
    p50: float | None = None
    p95: float | None = None


@dataclass(frozen=True)
class Latency:
    """One target group, before the update and since the release was proven."""

    target_group: str
    before: Pace
    since: Pace


@dataclass(frozen=True)
class Latencies:
    """The latency at each target group. `unread` says why there is none; it is empty if latency does not apply."""

    groups: tuple[Latency, ...] = ()
    unread: str = ""


NOTHING_TIMED = Latencies()
"""No service with a load balancer, or no release that was proven."""


def proven_at(timeline: Iterable[Entry]) -> datetime | None:
    """Return when the release was first proven. The way back is proven in a state of another name."""
    return next((entry.at for entry in timeline if (entry.state, entry.answer) == (PROVES, "PASS")), None)


def is_early(proven: datetime, now: datetime) -> bool:
    """Say whether no whole minute since then can be final yet."""
    return now < proven + MINUTE + SETTLED


def of(group: str, minutes: Sequence[Minute], updated: datetime, proven: datetime, now: datetime) -> Latency:
    """Compare the minutes of a target group, whose ARN is given."""
    before = [each for each in minutes if updated - HISTORY <= each.start <= updated - MINUTE]
    since = [each for each in settled(Side(group, tuple(minutes)), now) if each.start >= proven]
    return Latency(group.rpartition(":")[2].split("/")[1], _pace(before), _pace(since))


def words(told: Latencies) -> tuple[tuple[str, str], ...]:
    """Return the sentence for each target group, with a label."""
    if told.unread:
        return (("latency", told.unread),)
    return tuple(
        (f"latency at {each.target_group}", f"{_said(each.since)} since it was proven; {_said(each.before)} before")
        for each in told.groups
    )


def _pace(minutes: Sequence[Minute]) -> Pace:
    known = timed(minutes)
    requests = sum(each.requests for each in minutes)
    if not known:
        return Pace(len(minutes), requests)
    p50, p95 = median(each.p50 for each in known), median(each.p95 for each in known)
    return Pace(len(minutes), requests, p50, p95)


def _said(pace: Pace) -> str:
    if pace.p50 is None or pace.p95 is None:
        return FEW
    minutes = "1 minute" if pace.minutes == 1 else f"{pace.minutes} minutes"
    speed = f"p50 {pace.p50 * 1000:,.0f} ms, p95 {pace.p95 * 1000:,.0f} ms"
    return f"{speed} ({minutes}, {pace.requests:,} requests)"
