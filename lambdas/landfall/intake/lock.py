"""The lock of a service: who holds it, and when another execution may take it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from landfall.model import Release


@dataclass(frozen=True)
class Lock:
    """A service's lock. `owner` is the execution that holds it; it is empty while the lock is free."""

    service: str
    owner: str
    deployment_id: str
    fence: int
    lease_until: int


def wanted(release: Release, owner: str, now: datetime) -> Lock:
    """Return the lock that an execution wants. Its lease is from settings/timing.py; DynamoDB gives the fence."""
    lease = int(now.timestamp()) + release.limits.lease_seconds
    return Lock(release.service, owner, release.deployment_id, fence=0, lease_until=lease)


def is_of(held: Lock | None, release: Release) -> bool:
    """Say whether a release's own deployment holds the lock, under this execution or under an earlier one."""
    return held is not None and held.deployment_id == release.deployment_id


def is_under(held: Lock | None, release: Release) -> bool:
    """Say whether a release still has its lock: nobody has taken or freed it since."""
    return held is not None and bool(held.owner) and held.fence == release.fence


def kept(wanted: Lock, held: Lock | None) -> Lock | None:
    """Return the lock if this execution holds it: after a lost reply, the retry must not outdate the first fence."""
    mine = held is not None and (held.owner, held.deployment_id) == (wanted.owner, wanted.deployment_id)
    return held if mine else None


def is_abandoned(held: Lock, status: str | None, now: datetime) -> bool:
    """Say whether the execution that holds a lock is over; if Step Functions does not know it, whether its lease is."""
    return status != "RUNNING" if status else held.lease_until < now.timestamp()
