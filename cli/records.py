"""Finds the ledger's records of a service, and the one that a person names.

The newest is the one that began last by Step Functions' clock. The time in an id may be wrong: a person typed it, or a
laptop's clock gave it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from itertools import islice

from cli.cloud import Cloud
from cli.exits import Refused
from landfall import commit
from landfall.chain import Record
from landfall.ledger.service_standing import SEARCHED
from landfall.partitions import UNKNOWN_SERVICE
from landfall.settings import Service


def newest(cloud: Cloud, service: Service) -> list[Record]:
    """Return a service's last records, newest first."""
    return list(islice(by_start(cloud.ledger.newest_first(service.name)), SEARCHED))


def by_start(by_id: Iterable[Record]) -> Iterator[Record]:
    """Yield records, newest first. The input is sorted by id, greatest first.

    It keeps a number of records back. So an id with a wrong time may be that many places from where it belongs.
    """
    held: list[tuple[_Later, int, Record]] = []
    for number, record in enumerate(by_id):
        heappush(held, (_Later(started(record)), number, record))
        if len(held) > SEARCHED:
            yield heappop(held)[-1]
    while held:
        yield heappop(held)[-1]


def started(record: Record) -> str:
    """Return when a deployment began; if that is not recorded, when it was requested."""
    return str(record.get("started_at") or record.get("requested_at", ""))


class _Later(str):
    """A time that sorts before every earlier time."""

    __slots__ = ()

    def __lt__(self, other: str) -> bool:
        return str.__gt__(self, other)


def named(cloud: Cloud, wanted: str, service: str | None) -> Record:
    """Return the newest record that `wanted` names, of one service or of all; the newest of all if it is empty. Raises
    Refused.
    """
    if wanted and (found := _exactly(cloud, wanted, service)):
        return found
    names = [service] if service or not wanted else [s.name for s in cloud.settings.services]
    for name in names:
        for record in newest(cloud, cloud.service(name)):
            if not wanted or is_named(record, wanted):
                return record
    what = repr(wanted) if wanted else f"of {cloud.service(service).name}"
    raise Refused("NO_DEPLOYMENT", f"the ledger knows no deployment {what}; see `landfall history`")


def _exactly(cloud: Cloud, wanted: str, service: str | None) -> Record | None:
    """Return the record with exactly that deployment id, execution or execution's name, by its key, however old it is.

    It reads one item for each service, and one by the index of executions. The index also knows services that are no
    longer configured.
    """
    names = [service] if service else [*(s.name for s in cloud.settings.services), UNKNOWN_SERVICE]
    by_key = (cloud.ledger.record(name, wanted) for name in names)
    if found := next(filter(None, by_key), None):
        return found
    of_machine = cloud.outputs.get("StateMachineArn", "").replace(":stateMachine:", ":execution:")
    arn = wanted if wanted.startswith("arn:") else f"{of_machine}:{wanted}"
    found = cloud.ledger.of_execution(arn)
    return found if found is None or service in (None, found["service"]) else None


def is_named(record: Record, wanted: str) -> bool:
    """Say whether `wanted` is the record's deployment id, digest, execution (name or ARN) or commit (7 digits do)."""
    arn = str(record["execution_arn"])
    names = (record["deployment_id"], record["image_digest"], arn, arn.rpartition(":")[2])
    return wanted in names or commit.same(str(record["git_sha"]), wanted)
