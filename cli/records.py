"""The ledger's records of a service, and which of them a person means.

The newest is the one that began last, by Step Functions' clock: an id may begin with any time, typed or of a laptop.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from itertools import islice

from cli.cloud import Cloud
from cli.exits import Refused
from landfall import commit
from landfall.chain import Record
from landfall.ledger.standing import SEARCHED
from landfall.partitions import UNKNOWN_SERVICE
from landfall.settings import Service


def newest(cloud: Cloud, service: Service) -> list[Record]:
    """Return a service's last records, the one that began last first."""
    return list(islice(by_start(cloud.ledger.newest_first(service.name)), SEARCHED))


def by_start(by_id: Iterable[Record]) -> Iterator[Record]:
    """Yield records, the one that began last first. They come by their ids from the greatest down.

    So many are held back that an id whose time is wrong may stand as many places from where it belongs.
    """
    held: list[tuple[_Later, int, Record]] = []
    for number, record in enumerate(by_id):
        heappush(held, (_Later(started(record)), number, record))
        if len(held) > SEARCHED:
            yield heappop(held)[-1]
    while held:
        yield heappop(held)[-1]


def started(record: Record) -> str:
    """Return when a deployment began; when it was asked for, where that was not noted."""
    return str(record.get("started_at") or record.get("requested_at", ""))


class _Later(str):
    """A time that is less than an earlier one."""

    __slots__ = ()

    def __lt__(self, other: str) -> bool:
        return str.__gt__(self, other)


def named(cloud: Cloud, wanted: str, service: str | None) -> Record:
    """Return the newest record that is meant, of one service or of all; without a name the newest. Raises Refused."""
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
    """Return the record of that very deployment id, execution or execution's name, however old, by its key.

    It reads an item for each service, and one by the index of executions: that knows services that are configured no
    more, too.
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
