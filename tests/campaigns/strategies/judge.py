"""What must be true of each release. An empty list: every promise was kept."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from tests.campaigns.strategies.record import Share

SIGMAS = 4.0
"""A share further from its weight than so many standard errors is broken: by chance once in 16,000."""
GOOD, AT_SMOKE, UNDER_LOAD = "good", "at smoke", "under load"


@dataclass(frozen=True)
class Played:
    """One release, and what it did to production.

    `reached` counts the production requests that reached the release's tasks, by their own record; `tested` the test
    requests. `failed` are the client's failures, `rate` the requests a second that it sent.
    """

    strategy: str
    release: str
    kind: str
    outcome: str
    code: str
    seconds: float
    requests: int
    rate: float
    reached: int
    tested: int
    errors_served: int
    failed: list[str] = field(default_factory=list)
    shares: list[Share] = field(default_factory=list)
    first_weight: float = 100.0


def error_of(percent: float, requests: int) -> float:
    """Return the largest deviation, in percent, that chance explains."""
    part = percent / 100
    return 100 * SIGMAS * math.sqrt(part * (1 - part) / requests) if requests else 100.0


def broken(played: Played) -> list[str]:
    """Return which promises were broken. Rolling releases are there for comparison: they must only not end wrongly."""
    found = _outcome(played)
    if played.strategy == "ROLLING":
        return found
    if played.kind != UNDER_LOAD and played.failed:
        found.append(f"{len(played.failed)} of the client's requests failed, the first: {played.failed[0]}")
    if played.kind == AT_SMOKE and played.reached:
        found.append(f"{played.reached} production requests reached a release that was bad before traffic")
    if not played.tested:
        found.append("no test request reached the release")
    return [*found, *_weights(played)]


def _outcome(played: Played) -> list[str]:
    wanted = "SUCCEEDED" if played.kind == GOOD else "ROLLED_BACK"
    if played.strategy == "ROLLING" and played.kind == UNDER_LOAD:
        return []  # nothing looks at its traffic
    return [] if played.outcome == wanted else [f"ended as {played.outcome} ({played.code}), not {wanted}"]


def _weights(played: Played) -> list[str]:
    """Judge each weight's share, and that a bad release got no more than its first weight.

    Requests that failed may have died with a task before it wrote them down, so that its share may be so much smaller.
    """
    found = []
    for share in played.shares:
        seen = 100 * share.green / share.requests if share.requests else share.percent
        error, died = error_of(share.percent, share.requests), 100 * len(played.failed) / max(played.requests, 1)
        if not share.percent - error - died <= seen <= share.percent + error:
            found.append(f"{share.green} of {share.requests} requests reached it at a weight of {share.percent:g} %")
    most = max((share.percent for share in played.shares), default=0.0)
    if played.kind == UNDER_LOAD and most > played.first_weight:
        found.append(f"it got {most:g} % of production; its first weight is {played.first_weight:g} %")
    return found
