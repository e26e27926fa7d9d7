"""One round of the reconciler: the looks at every service, one after the other, for as long as there is time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache

from landfall.partitions import UNKNOWN_SERVICE
from landfall.reconcile import findings
from landfall.reconcile.findings import Finding, Kind, Looked, Seen
from landfall.runtime.step import logger
from landfall.runtime.world import World
from landfall.settings import Limits
from landfall.steps import reconcile_reads
from landfall.steps.reconcile_reads import Look

Late = Callable[[], bool]
"""Says whether no other look may begin."""
REMOVED = "the service was taken out of services.toml"


def no_time() -> Seen:
    """Return what is seen of a look that could not look at everything."""
    waiting = "one look has no time for all services: some wait for the next"
    return Seen(Kind.COULD_NOT_LOOK, "every service in time", waiting)


def looked(world: World, known: list[Finding], late: Late) -> Iterator[tuple[str, list[Looked]]]:
    """Yield the looks at every service, at requests for unknown ones, and at services that are no longer configured."""
    unfinished = cache(world.ledger.unfinished)
    for service in reconcile_reads.in_turn(world.settings.services, world.now()):
        looks = reconcile_reads.of_service(service, world, of(service.name, known), unfinished)
        yield service.name, _tried(looks, late)
    of_unknown = of(UNKNOWN_SERVICE, known)
    looks = reconcile_reads.of_records(UNKNOWN_SERVICE, Limits(), world, of_unknown, unfinished)
    # one finding for them all: each look leaves out other services
    yield UNKNOWN_SERVICE, _tried(looks, lambda: False, (no_time(),) if late() else ())
    configured = [service.name for service in world.settings.services]
    for removed in {finding.service for finding in known} - {*configured, UNKNOWN_SERVICE}:
        subjects = {finding.subject: REMOVED for finding in of(removed, known)}
        yield removed, [Looked(frozenset(Kind), (), subjects)]


def of(service: str, known: list[Finding]) -> list[Finding]:
    """Return the findings about a service."""
    return [finding for finding in known if finding.service == service]


def _tried(looks: Mapping[str, Look], late: Late, also: tuple[Seen, ...] = ()) -> list[Looked]:
    """Take the looks. One that fails decides nothing, and is itself something that is wrong."""
    taken: list[Looked] = []
    failed = list(also)
    for name, look in looks.items():
        if late():
            return taken
        try:
            taken.append(look())
        except Exception as error:  # whatever it is, it must not hide what the others find
            logger.exception("a look failed", extra={"look": name})
            failed.append(Seen(Kind.COULD_NOT_LOOK, name, f"looking at {name}: {error}"[: findings.WHAT_LIMIT]))
    return [*taken, Looked(frozenset({Kind.COULD_NOT_LOOK}), tuple(failed))]
