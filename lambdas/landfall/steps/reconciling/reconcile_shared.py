"""The data that the looks at one service share: each item is read once, when the first look needs it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import islice
from typing import TypeVar

from landfall.chain import Record
from landfall.errors import StepError
from landfall.images.stored import Listed
from landfall.proof.observed import ServiceView
from landfall.reconcile import under_way
from landfall.reconcile.findings import Finding
from landfall.reconcile.under_way import Before
from landfall.runtime.shared_pace import Pacing
from landfall.runtime.world import World

PAGE = 10
"""How many of the newest records a look reads. In between, all recent ones are read (reconcile/turns.py)."""

_T = TypeVar("_T")


class Shared:
    """One service in one run. Call `begin` before any call to ECS about the service."""

    _before: Callable[[], Before]

    def __init__(
        self,
        service: str,
        world: World,
        known: Sequence[Finding],
        unfinished: Callable[[], Sequence[Record]],
        pacing: Pacing,
        *,
        whole: bool,
    ) -> None:
        """`unfinished` returns the unfinished records of all services; `whole`: read all recent records this time."""
        self.service, self.world, self.known, self.pacing, self.whole = service, world, tuple(known), pacing, whole
        self._unfinished = unfinished
        self._images: list[Listed] | None = None
        self.view: Callable[[], ServiceView | None] = lambda: None

    def begin(self) -> Shared:
        """Read the lock. Without it no look can judge what is live."""
        self._before = tried(self._read_lock)
        return self

    @property
    def unfinished(self) -> list[Record]:
        """Return the unfinished records of the service, as they were when the run began."""
        return [record for record in self._unfinished() if record["service"] == self.service]

    def images(self, repository: str) -> list[Listed]:
        """Return the images in the repository of the service."""
        if self._images is None:
            self._images = list(self.world.ecr(repository).images())
        return self._images

    @cached_property
    def newest(self) -> list[Record]:
        """Return the newest records, by their ids from the greatest down, read consistently."""
        return list(islice(self.world.ledger.newest_first(self.service, PAGE), PAGE))

    @cached_property
    def last_change(self) -> Record | None:
        """Return the record of the deployment that changed the service last."""
        return self.world.ledger.last_change(self.service)

    def under_way(self) -> bool:
        """Say whether a deployment changes the service, or has no outcome yet."""
        return self._before().held or under_way.any_open((*self.newest, *self.unfinished))

    def undisturbed(self) -> bool:
        """Say whether everything read so far shows one state. Call it last."""
        return under_way.undisturbed(self._before(), self.world.locks.read(self.service))

    def _read_lock(self) -> Before:
        lock = self.world.locks.read(self.service)
        holder = self.world.ledger.record(self.service, lock.deployment_id) if lock and lock.deployment_id else None
        return under_way.before(lock, holder)


def tried(read: Callable[[], _T]) -> Callable[[], _T]:
    """Read now. Return a function that gives each look the answer, or raises the error."""
    try:
        answer = read()
    except StepError as error:
        failed = error  # Python deletes the name of a caught error after its block

        def fail() -> _T:
            raise failed

        return fail
    return lambda: answer
