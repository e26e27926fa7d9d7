"""Plays the releases of each strategy, one after the other, while a client asks for production."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from local.stage.landfall_stage import Stage, commit, staged
from tests.campaigns.strategies import owner, record
from tests.campaigns.strategies.client import KIND, Client
from tests.campaigns.strategies.judge import AT_SMOKE, GOOD, UNDER_LOAD, Played
from tests.campaigns.strategies.owner import Way
from tests.campaigns.strategies.watch import Watch

LONGEST = 1800.0
"""Seconds that a release may take here: a gate is decided in minutes, since CloudWatch tells whole minutes."""


@dataclass(frozen=True)
class Release:
    """A release of the campaign: what is wrong with it, and where that shows."""

    name: str
    kind: str
    fault: str = ""


RELEASES = (
    Release("good", GOOD),
    Release("wrong commit", AT_SMOKE, "wrong-sha"),
    Release("5xx under load", UNDER_LOAD, "failing-under-load"),
    Release("slow under load", UNDER_LOAD, "slow-under-load"),
)
BEFORE_TRAFFIC = (
    Release("open endpoint", AT_SMOKE, "open-endpoint"),
    Release("no security headers", AT_SMOKE, "no-security-headers"),
)
CRASHES = Release("crashes under load", UNDER_LOAD, "crash-under-load")
_CANARY = {"canary_percent": 20.0, "canary_bake_minutes": 0}
WAYS = {
    "rolling": Way(),
    "blue": Way("blue_green"),
    "canary": Way("canary", _CANARY, first_weight=20.0),
    "linear": Way("linear", {"step_percent": 50.0, "step_bake_minutes": 0}, first_weight=50.0),
}
KILLED = "killed"
KILLED_WAY = Way("canary", _CANARY, first_weight=20.0, pause_minutes=1)
SERVICE: dict[str, Any] = {
    # a machine with more to do than it can is no fault of a release's
    "stability_timeout_seconds": 180,
    "smoke": {"max_response_seconds": 8.0},
    "stack": {"start_period_seconds": 20, "unhealthy_threshold": 4},
}


def way_of(name: str) -> Way:
    """Return the strategy of a service."""
    return KILLED_WAY if name == KILLED else WAYS[name]


def releases(way: str) -> tuple[Release, ...]:
    """Return the releases of a strategy: blue/green's must be found before traffic, linear's last one crashes."""
    if way == "blue":
        return (*RELEASES, *BEFORE_TRAFFIC)
    return (*RELEASES[:3], CRASHES) if way == "linear" else RELEASES


def overrides(names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the settings of these services."""
    found: dict[str, dict[str, Any]] = {}
    for name in names:
        way = way_of(name)
        found[name] = {**SERVICE, "stack": {**SERVICE["stack"], **way.stack}}
        if not way.is_rolling:
            # nobody asks the service whose pipeline is killed: its gates go on undecided, so that all are reached
            quick = {"bake_seconds": 20, "gate_seconds": 30, "undecided": "go_on"}
            more = quick if name == KILLED else {"bake_seconds": 60}
            found[name]["strategy"] = {"gates": list(way.gates), "test_headers": {KIND: record.TEST}, **more}
    return found


@contextmanager
def ready(state: Path, names: Sequence[str]) -> Iterator[Stage]:
    """Start the local AWS with Landfall, and give each service a first image and its strategy."""
    with staged(state, names, overrides=overrides(names)) as stage:
        for name in names:
            first = push(stage, state, name, commit(f"{name} first"), tag="first")
            owner.given(stage, name, way_of(name), first)
        yield stage


def push(stage: Stage, state: Path, name: str, sha: str, **more: Any) -> str:
    """Push an image whose tasks record who asks them. Returns its digest."""
    return stage.push(name, sha, env={"ACCESS_RECORD": str(recorded(state, name))}, **more)


def recorded(state: Path, name: str) -> Path:
    """Return where the tasks of a service record their requests."""
    return state.resolve() / "access" / name


def play(stage: Stage, state: Path, name: str, release: Release, rate: float) -> Played:
    """Release it while the client asks, and count."""
    sha, began = commit(f"{name} {release.name} {time.time()}"), time.monotonic()
    last = owner.current(stage, name)["serviceDeploymentArn"]
    with Watch(stage, name) as watch, Client(stage.fronts[name].url, stage.aws.ca_bundle, rate) as client:
        before = datetime.now(UTC)
        push(stage, state, name, sha, fault=release.fault)
        ending = stage.ended(stage.started_by_push(name, sha, before), name, LONGEST)
        time.sleep(2)  # the way back is over, and the client must still be served
    requests = record.read(recorded(state, name))
    served = [r for r in requests if (r.sha, r.kind) == (sha, record.PRODUCTION)]
    looks = [look for look in watch.looks if look.deployment != last and look.status in ("IN_PROGRESS", "SUCCESSFUL")]
    return Played(
        strategy=WAYS[name].name,
        release=release.name,
        kind=release.kind,
        outcome=ending.outcome,
        code=str(ending.record.get("code", "")),
        seconds=round(time.monotonic() - began),
        requests=client.asked.requests,
        rate=client.asked.rate,
        reached=len(served),
        tested=record.count(requests, sha, record.TEST),
        errors_served=sum(r.status >= 500 for r in served),
        failed=client.asked.failures,
        shares=record.shares(requests, looks, sha) if not WAYS[name].is_rolling else [],
        first_weight=WAYS[name].first_weight,
    )


def campaign(
    state: Path, names: Sequence[str], only: Sequence[str], rate: float, tell: Callable[[Played], None]
) -> Iterator[Played]:
    """Play the releases of each strategy."""
    for name in names:
        # one local AWS for each: nothing of one strategy burdens the machine while another is measured
        with ready(state / name, [name]) as stage:
            for release in releases(name):
                if only and release.name not in only:
                    continue
                played = play(stage, state / name, name, release, rate)
                tell(played)
                yield played
