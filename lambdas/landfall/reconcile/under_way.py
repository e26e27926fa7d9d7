"""Does a deployment change the service while the reconciler looks at it?

Only the execution that holds a service's lock changes the service, and whoever takes a lock gets a greater fence. So a
look reads the lock first, then ECS, then the ledger, and then the lock again:

- At the first read the lock is free, or its deployment has an outcome: the earlier change of the service is finished.
  The record of that change is closed, or it is still open although the lock was released.
- The fence is the same at the last read: nobody began to change the service in between, and no record of a change was
  closed in between. So ECS and the ledger show the same state, however long the reads took.
- An open record means that a recovery will come: the look decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from landfall.intake.lock import Lock

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Before:
    """The lock at the first read. `held`: its deployment had no outcome yet."""

    fence: int
    held: bool


def before(lock: Lock | None, holder: Record | None) -> Before:
    """Judge the lock, and the record of the deployment that holds it, which must be read before ECS.

    Without a record nobody will close one: the lock was left behind, and the next deployment takes it over.
    """
    return Before(_fence(lock), held=holder is not None and not over(holder))


def undisturbed(first: Before, lock: Lock | None) -> bool:
    """Say whether nobody took the lock since the first read."""
    return _fence(lock) == first.fence


def any_open(records: Iterable[Record]) -> bool:
    """Say whether any of these deployments has no outcome."""
    return any(not over(record) for record in records)


def over(record: Record) -> bool:
    """Say whether a deployment has an outcome."""
    return "outcome" in record


def _fence(lock: Lock | None) -> int:
    return lock.fence if lock else 0
