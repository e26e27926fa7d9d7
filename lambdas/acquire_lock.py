"""AcquireLock: one deployment per service at a time; of the pushes that wait only the newest goes ahead."""

from __future__ import annotations

from dataclasses import dataclass, replace

from landfall.aws.locks import Lock
from landfall.intake import turn
from landfall.intake.turn import Waiting
from landfall.model import Release, State, Verdict, passed, wait
from landfall.runtime.step import step
from landfall.runtime.world import World


@dataclass(frozen=True)
class Input:
    """Who wants the lock. A recovery does not queue: its deployment's turn had come before."""

    release: Release
    owner: str
    recovering: bool = False


@dataclass(frozen=True)
class Output:
    """PASS `LOCKED` with the lock's fence in the release; PASS `OVERTAKEN`; WAIT while it is somebody else's turn."""

    verdict: Verdict
    release: Release


def run(event: Input, world: World) -> Output:
    """Try once. Safe to repeat: an execution that has the lock keeps it as it is; another one of the same deployment,
    a recovery, gets it with a younger fence.
    """
    release, limits = event.release, event.release.limits
    held = world.locks.read(release.service)
    ours = held is not None and held.deployment_id == release.deployment_id
    if not event.recovering and not ours:  # ours already: a retry after a lost reply, whose turn had come
        verdict = turn.decide(_waiting(release), _others(release, world), limits.lock_poll_seconds)
        if verdict.state != State.PASS or verdict.code == turn.SKIP:
            return Output(verdict, release)
    lease = int(world.now().timestamp()) + limits.lease_seconds
    wanted = Lock(release.service, event.owner, release.deployment_id, fence=0, lease_until=lease)
    held = _kept(wanted, held) or world.locks.acquire(wanted, held) or _taken_over(wanted, world)
    if held is None:
        busy = wait("LOCKED_BY_ANOTHER", "another deployment of this service runs", limits.lock_poll_seconds)
        return Output(busy, release)
    locked = replace(release, fence=held.fence)
    if not world.ledger.update(release.service, release.deployment_id, fence=held.fence):
        world.locks.release(release.service, release.deployment_id, held.fence)
        return Output(passed("NOTHING_LEFT", "the record was closed meanwhile"), release)
    return Output(passed("LOCKED", f"fence {held.fence}"), locked)


def _taken_over(wanted: Lock, world: World) -> Lock | None:
    """Take a lock whose holder ended without giving it back. One that left its record open is recovered first."""
    held = world.locks.read(wanted.service)
    if held is None or not held.owner or _kept(wanted, held):
        return _kept(wanted, held)
    record = world.ledger.record(held.service, held.deployment_id)
    if record is not None and "outcome" not in record:
        return None
    status = world.executions.status(held.owner)
    gone = status != "RUNNING" if status else held.lease_until < world.now().timestamp()
    return world.locks.acquire(wanted, seen=held, taken_from=held.owner) if gone else None


def _kept(wanted: Lock, held: Lock | None) -> Lock | None:
    """Return the lock if it is this execution's: a reply was lost, and the next try must not outdate the first."""
    mine = held is not None and (held.owner, held.deployment_id) == (wanted.owner, wanted.deployment_id)
    return held if mine else None


def _waiting(release: Release) -> Waiting:
    return Waiting(release.deployment_id, release.requested_at, release.by_push, started_at=release.started_at)


def _others(release: Release, world: World) -> list[Waiting]:
    """Return the requests that can matter: ids begin with a time, and none waits longer than a day."""
    day_before = turn.a_day_before(release.deployment_id, release.requested_at)
    return [
        Waiting(
            deployment_id=str(r["deployment_id"]),
            requested_at=str(r.get("requested_at", "")),
            started_at=str(r.get("started_at", "")),
            by_push=bool(r.get("by_push")),
            outcome=str(r.get("outcome", "")),
            touching="fence" in r,
        )
        for r in world.ledger.since(release.service, day_before)
        if not r.get("doomed")
    ]


handler = step(Input, run)
