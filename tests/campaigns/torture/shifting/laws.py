"""What must be true of AWS at a deployment's end, whatever its verdict was: read from the played world alone."""

from __future__ import annotations

from collections.abc import Iterator

from tests.campaigns.torture.cloud import Cloud
from tests.campaigns.torture.shifting.cloud import StrategyCloud
from tests.campaigns.torture.shifting.plays import ONGOING

OURS = ("ours", "back")


def most(cloud: Cloud) -> float:
    """Return the greatest share of production traffic, in percent, that the release ever had."""
    if not isinstance(cloud, StrategyCloud):
        return 0
    moments = {m.at for p in cloud.plays.plays for m in p.history if p.of == "ours"}
    return max((cloud.plays.live(at).get("ours", 0) for at in moments), default=0)


def broken(cloud: Cloud, outcome: str) -> tuple[str, ...]:
    """Return what an outcome says of the service that is not so, and what Landfall should not have done."""
    return tuple(_broken(cloud, outcome)) if isinstance(cloud, StrategyCloud) else ()


def _broken(cloud: StrategyCloud, outcome: str) -> Iterator[str]:
    now = cloud.clock()
    cloud.plays.advance(now)
    play, live = cloud.plays.plays[-1], cloud.plays.live(now)
    serving = sorted(role for role, weight in live.items() if weight > 0)
    if outcome == "SUCCEEDED":
        if (play.of, play.now.status, play.now.rollback) != ("ours", "SUCCESSFUL", ""):
            yield f"SUCCEEDED, and the newest service deployment is {play.of}'s: {play.now.status}"
        if serving != ["ours"]:
            yield f"SUCCEEDED, and production traffic goes to {', '.join(serving)}"
    if outcome in ("ROLLED_BACK", "REJECTED"):
        if not set(serving) <= {"old", "back"}:
            yield f"{outcome}, and production traffic goes to {', '.join(serving)}"
        if play.now.status in ONGOING:
            yield f"{outcome}, and the service deployment of {play.of} is still {play.now.status}"
    if outcome == "REJECTED" and len(cloud.updates):
        yield "REJECTED, and the service was updated"
    for at, of in cloud.changed:
        if of not in OURS:
            yield f"at {at:.0f} s Landfall continued or stopped a service deployment of {of}"
