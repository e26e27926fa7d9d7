"""One run of the reconciler: it looks at all services in parallel, as long as there is time.

Each thread has tables of its own and shares the clients (World.beside). Threads only read: the step's own thread writes
the findings and notifies people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import datetime, timedelta
from functools import partial
from queue import SimpleQueue
from threading import Lock

from landfall.aws.services import Described
from landfall.errors import AwsBusy, AwsCallFailed
from landfall.partitions import UNKNOWN_SERVICE
from landfall.proof.observed import ServiceView
from landfall.reconcile import findings, turns
from landfall.reconcile.call_rate import WHEN_BUSY
from landfall.reconcile.findings import Finding, Kind, Looked, Seen
from landfall.reconcile.turns import Cursor, Turn
from landfall.runtime.shared_pace import Pacing
from landfall.runtime.step import logger
from landfall.runtime.world import World
from landfall.settings import Limits, Service
from landfall.steps.reconciling import reconcile_reads
from landfall.steps.reconciling.reconcile_reads import Look
from landfall.steps.reconciling.reconcile_shared import Shared, tried

GRACE = timedelta(minutes=1)
"""How long a batch that began in time may go on: so the services looked at form one part of the order without gaps."""
THREADS = 8
"""How many services are looked at in parallel. A client has ten connections (botocore, max_pool_connections)."""
BUSY_LASTS = timedelta(hours=1)
"""A look that AWS throttles is left for the next run. After this time of throttling, people are notified."""
REMOVED = "the service was taken out of services.toml"


def no_time() -> Seen:
    """Return the problem for a run that had no time for all services."""
    waiting = "one run has no time for all services: the next one begins with those that wait"
    return Seen(Kind.COULD_NOT_LOOK, "every service in time", waiting)


class Round:
    """The looks of one run. `cursor` is where the next run begins, once all looks were made."""

    def __init__(self, world: World, known: Sequence[Finding], until: datetime, pacing: Pacing | None = None) -> None:
        """After `until` no batch of services begins."""
        self._world, self._until, self._pacing = world, until, pacing or Pacing()
        self.known: Mapping[str, list[Finding]] = defaultdict(list)
        for finding in known:
            self.known[finding.service].append(finding)
        self.cursor = world.turns.cursor()
        self._unfinished = tried(world.ledger.unfinished)

    def looked(self) -> Iterator[tuple[str, list[Looked]]]:
        """Yield the looks at every service, at requests for unknown services, and at removed services."""
        services, done, before = self._world.settings.services, set[str](), self.cursor
        for name, looks in self._side_by_side(turns.batches(turns.in_turn(services, before))):
            done.add(name)
            yield name, looks
        self.cursor = turns.after(before, services, done)
        left_out = len(done) < len(services)
        yield UNKNOWN_SERVICE, self._at_unknown(before, (no_time(),) if left_out else ())
        configured = {service.name for service in services}
        for removed in self.known.keys() - {*configured, UNKNOWN_SERVICE}:
            subjects = {finding.subject: REMOVED for finding in self.known[removed]}
            yield removed, [Looked(frozenset(Kind), (), subjects)]

    def _side_by_side(self, batches: Sequence[Sequence[Turn]]) -> Iterator[tuple[str, list[Looked]]]:
        """Yield the looks at each service for which there was time, as they are made.

        Batches begin in order, so the services looked at are the first part of the order.
        """
        found: SimpleQueue[tuple[str, list[Looked]] | None] = SimpleQueue()
        waiting, picking = iter(batches), Lock()

        def pick() -> Sequence[Turn] | None:
            with picking:
                return None if self._world.now() > self._until else next(waiting, None)

        def work(world: World) -> None:
            try:
                while batch := pick():
                    for each in self._at_batch(batch, world):
                        found.put(each)
            finally:
                found.put(None)

        worlds = [self._world.beside() for _ in range(min(THREADS, len(batches)))]
        with ThreadPoolExecutor(THREADS) as pool:
            begun = [pool.submit(copy_context().run, work, world) for world in worlds]
            for _ in begun:
                yield from iter(found.get, None)
        for ended in begun:
            ended.result()  # raises the error of a thread that died

    def _at_batch(self, batch: Sequence[Turn], world: World) -> Iterator[tuple[str, list[Looked]]]:
        """Look at services of one cluster, which one call describes, one after the other."""
        shared = [self._shared(turn.service.name, world, whole=turn.whole).begin() for turn in batch]
        cluster, names = batch[0].service.cluster, [turn.service.service for turn in batch]
        described = tried(lambda: world.services(cluster).described(names))
        for turn, each in zip(batch, shared, strict=True):
            each.view = partial(_view, turn.service, described, world)
            if (looks := self._at_service(turn, each)) is not None:
                yield turn.service.name, looks

    def _at_service(self, turn: Turn, shared: Shared) -> list[Looked] | None:
        """Make the looks at a service; None if there is no time for them."""
        if self._world.now() > self._until + GRACE:
            return None
        self._pacing.take(1)
        return self._tried(reconcile_reads.of_service(turn.service, shared), shared.service)

    def _at_unknown(self, cursor: Cursor, also: tuple[Seen, ...]) -> list[Looked]:
        whole = turns.is_whole(UNKNOWN_SERVICE, cursor.round)
        shared = self._shared(UNKNOWN_SERVICE, self._world, whole=whole)
        return self._tried(reconcile_reads.of_records(Limits(), shared), UNKNOWN_SERVICE, also)

    def _shared(self, service: str, world: World, *, whole: bool) -> Shared:
        return Shared(service, world, self.known.get(service, []), self._unfinished, self._pacing, whole=whole)

    def _tried(self, looks: Mapping[str, Look], service: str, also: tuple[Seen, ...] = ()) -> list[Looked]:
        """Make the looks. A failed look decides nothing, and is a problem of its own."""
        taken, failed = list[Looked](), list(also)
        for name, look in looks.items():
            try:
                taken.append(look())
            except Exception as error:  # any failure: it must not hide the others' findings
                logger.exception("a look failed", extra={"look": name, "of": service})
                failed.append(self._failure(name, error))
        return [*taken, Looked(frozenset({Kind.COULD_NOT_LOOK}), tuple(failed))]

    def _failure(self, look: str, error: Exception) -> Seen:
        """Return the problem of a failed look. If AWS throttled it, let other calls of the account go first."""
        busy = isinstance(error, AwsBusy)
        if busy:
            self._pacing.owe(WHEN_BUSY)
        what = f"looking at {look}: {error}"[: findings.WHAT_LIMIT]
        return Seen(Kind.COULD_NOT_LOOK, look, what, lasts=BUSY_LASTS if busy else timedelta(0))


def _view(service: Service, described: Callable[[], Mapping[str, Described]], world: World) -> ServiceView | None:
    """Return a service. If the call for many failed, read this one alone: the others must not hide it."""
    try:
        found = described()[service.service]
        if isinstance(found, AwsCallFailed):
            raise found
    except AwsBusy:
        raise
    except AwsCallFailed:
        return world.ecs(service.name).service()
    return found
