"""A drill: goes back to the last proven release and forward again, as two ordinary deployments. Pure.

A record says `drill`: BACK or FORWARD. Both go to a release that was proven, with `intent: rollback`. Under the lock,
preflight asks again what was asked when the drill began (`overtaken`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from landfall.chain import Record
from landfall.ledger import service_standing
from landfall.model import Outcome
from landfall.settings.drill import DrillSettings

BACK, FORWARD = "back", "forward"
NEWEST = 100
"""The newest records, in which the last drill is looked for."""
HALF_WAY = timedelta(hours=1)
"""After so long the way forward should have begun: something keeps it from that."""


@dataclass(frozen=True)
class Refusal:
    """Why no drill begins now. `code` is for programs."""

    code: str
    why: str


@dataclass(frozen=True)
class Practice:
    """The last proven way back: when, how many seconds it took, and whether the way forward was proven after it."""

    at: str
    seconds: int
    forward: bool

    def told(self, now: datetime) -> str:
        """Return the sentence that people read."""
        days = (now - datetime.fromisoformat(self.at)).days
        ago = "today" if days < 1 else "1 day ago" if days == 1 else f"{days} days ago"
        end = "" if self.forward else "; the way forward is not proven yet"
        return f"way back proven {ago}, in {self.seconds} s{end}"


NEVER = f"way back never proven by a drill in the last {NEWEST} deployments"


def behind(proven: Sequence[Record], is_live: Callable[[Record], bool]) -> Record | None:
    """Return the release that was proven before the one that is live; `proven` are the newest first.

    It is older than the oldest proof of what is live: the newest other one may be one that was rolled back.
    """
    same = [number for number, record in enumerate(proven) if is_live(record)]
    older = proven[max(same) + 1 :] if same else proven
    return next((record for record in older if not is_live(record)), None)


def way_back(proven: Sequence[Record]) -> Record | None:
    """Return the release that a drill goes back to, where the newest proven release is live."""
    live = str(proven[0]["image_digest"]) if proven else ""
    return behind(proven, lambda record: record["image_digest"] == live) if live else None


def way_forward(last_change: Record | None, proven: Sequence[Record]) -> Record | None:
    """Return the release that a drill goes forward to; None unless the last change of the service is its way back."""
    if not is_half_way(last_change) or len(proven) < 2:  # noqa: PLR2004  the way back, and what was live before it
        return None
    same = last_change is not None and proven[0]["deployment_id"] == last_change["deployment_id"]
    return proven[1] if same else None


def is_half_way(last_change: Record | None) -> bool:
    """Say whether the last change of a service is the way back of a drill."""
    proven = last_change is not None and service_standing.proven(last_change)
    return proven and last_change is not None and last_change.get("drill") == BACK


def refusal(
    drill: DrillSettings | None,
    last_change: Record | None,
    proven: Sequence[Record],
    frozen: Sequence[str],
    now: datetime,
) -> Refusal | None:
    """Say why no drill may begin; None if it may. Whether something is under way is asked apart."""
    if drill is None:
        return Refusal("NO_DRILL", "the service has no drill table; add [services.<name>.drill] to services.toml")
    if frozen:
        return Refusal("FROZEN", "; ".join(frozen))
    if not drill.open_at(now):
        return Refusal("OUTSIDE_WINDOW", f"it is {now:%H:%M} UTC, and the window is {drill.window}")
    if is_half_way(last_change):
        return Refusal("HALF_WAY", "the way forward of the last drill is still to come")
    if last_change is None or not service_standing.proven(last_change):
        return Refusal("NOT_PROVEN", "the last deployment did not leave a proven release live; release one first")
    if way_back(proven) is None:
        return Refusal("NOTHING_BEFORE", "the ledger has no proven release before the one that is live")
    return None


def overtaken(way: str, digest: str, last_change: Record | None, proven: Sequence[Record]) -> str:
    """Say why a drill's deployment is no longer the one to make, now that it has the lock; empty if it is."""
    target = way_forward(last_change, proven) if way == FORWARD else way_back(proven)
    if way == BACK and is_half_way(last_change):
        return "the way forward of another drill is still to come"
    if target is None or target["image_digest"] != digest:
        return "another deployment came between, so the drill would go to another release than it should"
    return ""


def by_hand(last_change: Record | None, live: str) -> Refusal | None:
    """Refuse a drill where the live revision is not what the last deployment left: it would undo what somebody did."""
    if last_change is None or live in service_standing.left_by(last_change):
        return None
    what = f"revision {live.rpartition('/')[2]} is live, which the last deployment did not leave: deployed by hand?"
    return Refusal("NOT_PROVEN", f"{what} A drill would undo that; release the commit that should run first")


def last(newest: Iterable[Record]) -> Practice | None:
    """Return the last way back that a drill proved; `newest` are the records by their ids, the greatest first."""
    forward = False
    for record in newest:
        if record.get("drill") and record.get("outcome") == Outcome.SUCCEEDED:
            if record["drill"] == BACK:
                return Practice(str(record["ended_at"]), _seconds(record), forward)
            forward = True
    return None


def _seconds(record: Record) -> int:
    began, ended = (datetime.fromisoformat(str(record[at])) for at in ("started_at", "ended_at"))
    return round((ended - began).total_seconds())
