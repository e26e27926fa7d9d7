"""AcquireLock: one deployment per service at a time. Of the pushes that wait, only the newest goes ahead."""

from __future__ import annotations

from dataclasses import dataclass, replace

from landfall.approval import order
from landfall.intake import lock, turn
from landfall.model import Release, State, Verdict, passed, wait
from landfall.runtime.step import step
from landfall.runtime.world import World
from landfall.steps import locking


@dataclass(frozen=True)
class LockInput:
    """Who wants the lock. A recovery does not queue: its deployment had its turn before."""

    release: Release
    owner: str
    recovering: bool = False


@dataclass(frozen=True)
class Output:
    """PASS `LOCKED` with the lock's fence in the release; PASS `OVERTAKEN`; WAIT while another one goes first."""

    verdict: Verdict
    release: Release


def run(event: LockInput, world: World) -> Output:
    """Try once. Safe to repeat: an execution that has the lock keeps it as it is.

    Another execution of the same deployment, a recovery, gets the lock with a younger fence.
    """
    release, poll = event.release, event.release.limits.lock_poll_seconds
    held = world.locks.read(release.service)
    if not event.recovering and not lock.is_of(held, release):  # a lost reply: it had its turn
        verdict = turn.decide(turn.waiting(release), locking.others(release, world), poll)
        if verdict.state != State.PASS or verdict.code == turn.SKIP:
            return Output(verdict, release)
        if release.approval == "before" and (
            newer := order.ahead(turn.waiting(release), locking.records(release, world))
        ):
            return Output(passed(turn.SKIP, f"a newer request went ahead: {newer}"), release)
    held = locking.taken(release, event.owner, held, world)
    if held is None:
        return Output(wait("LOCKED_BY_ANOTHER", "another deployment of this service runs", poll), release)
    if not world.ledger.update(release.service, release.deployment_id, fence=held.fence):
        world.locks.release(release.service, release.deployment_id, held.fence)
        return Output(passed("NOTHING_LEFT", "the record was closed meanwhile"), release)
    return Output(passed("LOCKED", f"fence {held.fence}"), replace(release, fence=held.fence))


handler = step(LockInput, run)
