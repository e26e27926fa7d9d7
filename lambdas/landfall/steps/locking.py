"""Takes a service's lock: a free one, or one whose holder is over."""

from __future__ import annotations

from landfall.chain import Record
from landfall.intake import lock, turn
from landfall.intake.lock import Lock
from landfall.intake.turn import Waiting
from landfall.model import Release
from landfall.runtime.world import World


def taken(release: Release, owner: str, held: Lock | None, world: World) -> Lock | None:
    """Return the lock if this execution has it now; None while another deployment holds it.

    `held` is the lock as it was read.
    """
    wanted = lock.wanted(release, owner, world.now())
    return lock.kept(wanted, held) or world.locks.acquire(wanted, held) or _taken_over(wanted, world)


def others(release: Release, world: World) -> list[Waiting]:
    """Return the other requests of the last day. Ids begin with a time, and no request waits longer than a day."""
    return turn.recorded(records(release, world))


def records(release: Release, world: World) -> list[Record]:
    """Return the records of a service since a day before a request was made."""
    day_before = turn.a_day_before(release.deployment_id, release.requested_at)
    return world.ledger.since(release.service, day_before)


def _taken_over(wanted: Lock, world: World) -> Lock | None:
    """Take a lock whose holder ended without releasing it. A deployment that is still open is recovered first."""
    held = world.locks.read(wanted.service)
    if held is None or not held.owner or lock.kept(wanted, held):
        return lock.kept(wanted, held)
    record = world.ledger.record(held.service, held.deployment_id)
    if record is not None and "outcome" not in record:
        return None
    status = world.executions.status(held.owner)
    return world.locks.acquire(wanted, held, held.owner) if lock.is_abandoned(held, status, world.now()) else None
