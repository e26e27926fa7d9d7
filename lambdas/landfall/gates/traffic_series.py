"""The CloudWatch data of both sides of a gate, and the gate itself. Blue is the running release, green the new one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)
HISTORY = timedelta(hours=1)
"""How long before a gate blue's minutes begin."""
BAKE = "POST_PRODUCTION_TRAFFIC_SHIFT"
"""The last gate's stage: a release that passes here stays."""
SETTLED = timedelta(minutes=2)
"""A minute is judged so long after its end: the newest one is partial, and still changes (Netflix/atlas#1300)."""


@dataclass(frozen=True)
class Minute:
    """The requests to one side in the minute from `start` on, how many it answered with a 5xx, and latency in seconds.

    `refused` were answered with a 4xx; of `lost` no answer of a target was counted (counted_answers.py).
    For log errors: lines, and how many are errors. A minute without requests has no data points, and is not in a side.
    """

    start: datetime
    requests: int
    errors: int = 0
    p50: float | None = None
    p95: float | None = None
    refused: int = 0
    lost: int = 0


@dataclass(frozen=True)
class Side:
    """One target group: its minutes, its live weight in percent, and since when our own probes were answered there.

    Blue's minutes begin HISTORY before the gate: if blue has no traffic (bake), they are what green is compared with
    (lately.py).
    `dimensions` names them as CloudWatch does, for people.
    """

    target_group: str
    minutes: tuple[Minute, ...] = ()
    weight: int = 0
    answered_since: datetime | None = None
    dimensions: str = ""


@dataclass(frozen=True)
class TrafficSeries:
    """Both sides in the same minutes; of their logs too, where they are read. `balancer` is "application" or "network".

    A Network Load Balancer counts no requests, no errors and no latency, so nothing of its traffic is judged.
    """

    blue: Side
    green: Side
    blue_logs: Side | None = None
    green_logs: Side | None = None
    balancer: str = "application"


@dataclass(frozen=True)
class Evidence:
    """The evidence of this deployment's earlier gates: a small value that is passed as JSON from gate to gate.

    `errors`, `latency`, `log_errors` and `refusals` are the weight of the evidence that green is worse, as natural
    logarithms; None before the first gate. `gates`, `minutes` and `requests` count the gates that ended, and green's
    minutes and requests at them.
    """

    errors: float | None = None
    latency: float | None = None
    log_errors: float | None = None
    gates: int = 0
    minutes: int = 0
    requests: int = 0
    refusals: float | None = None


@dataclass(frozen=True)
class GateWindow:
    """A gate: its stage, green's weight in percent since `began`, and when it has to be decided at the latest.

    `evidence` is what the gate before it left (`Judged.evidence` at its PASS), and stays the same from look to look.
    """

    stage: str
    weight: int
    began: datetime
    ends: datetime
    evidence: Evidence = field(default_factory=Evidence)


def settled(side: Side, now: datetime) -> tuple[Minute, ...]:
    """Return a side's minutes that no longer change and had requests."""
    newest = now - MINUTE - SETTLED
    return tuple(each for each in side.minutes if each.start <= newest and each.requests > 0)


def at_weight(side: Side, gate: GateWindow, now: datetime) -> tuple[Minute, ...]:
    """Return the settled minutes since the gate's weight was reached."""
    return tuple(each for each in settled(side, now) if each.start >= gate.began)
