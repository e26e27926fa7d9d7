"""Finds the ledger's records of a service, and the one that a person names.

The newest is the one that began last by Step Functions' clock. The time in an id may be wrong: a person typed it, or a
laptop's clock gave it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from heapq import heappop, heappush

from cli.cloud import Cloud
from cli.exits import Refused
from landfall import commit, naming
from landfall.chain import Record
from landfall.intake.request import DIGEST
from landfall.ledger.service_standing import SEARCHED
from landfall.partitions import UNKNOWN_SERVICE


def between(
    cloud: Cloud, service: str, outcomes: Sequence[str], since: datetime | None, until: datetime | None
) -> Iterator[Record]:
    """Yield a service's records, newest first, those with one of these outcomes or all.

    Reading begins at `until` and ends a while after `since`. Ids may have a wrong time, so records outside of both may
    be among them.
    """
    last = until.strftime(naming.TIME) if until else ""
    if outcomes:
        found = cloud.ledger.of_outcome(service, outcomes, last)
    elif last:
        found = cloud.ledger.before(service, last)
    else:
        found = cloud.ledger.newest_first(service)
    return by_start(_from(since, found) if since else found)


def _from(since: datetime, by_id: Iterable[Record]) -> Iterator[Record]:
    """Yield records until SEARCHED in a row began before a time."""
    before, limit = 0, since.replace(tzinfo=UTC)
    for record in by_id:
        at = moment(record)
        before = before + 1 if at and at < limit else 0
        if before > SEARCHED:
            return
        yield record


def by_start(by_id: Iterable[Record]) -> Iterator[Record]:
    """Yield records, newest first. The input is sorted by id, greatest first.

    It holds a number of records back, so a record with a wrong time in its id may be that many places out of order.
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


def moment(record: Record) -> datetime | None:
    """Return when a deployment began; None where that can't be read."""
    try:
        return datetime.fromisoformat(started(record)).astimezone(UTC)
    except ValueError:
        return None


class _Later(str):
    """A time that sorts before every earlier time."""

    __slots__ = ()

    def __lt__(self, other: str) -> bool:
        return str.__gt__(self, other)


def named(cloud: Cloud, wanted: str, service: str | None) -> Record:
    """Return the newest record that `wanted` names, of one service or of all; the newest of all if it is empty. Raises
    Refused.
    """
    if not wanted:
        newest = next(by_start(cloud.ledger.newest_first(cloud.service(service).name)), None)
        found = [newest] if newest else []
    elif exact := exactly(cloud, wanted, service):
        return exact
    else:
        names = [service] if service else [s.name for s in cloud.settings.services]
        found = next(filter(None, (of_name(cloud, name, wanted) for name in names)), [])
    if found:
        return max(found, key=started)
    whose = f" of service {service!r}" if service else ""
    what = f"{wanted!r}{whose}" if wanted else f"of {cloud.service(service).name}"
    raise Refused("NO_DEPLOYMENT", f"the ledger knows no deployment {what}; see `landfall history`")


def of_name(cloud: Cloud, service: str, wanted: str) -> list[Record]:
    """Return a service's records of a digest, or of a commit (7 digits do), the greatest id first."""
    if DIGEST.fullmatch(wanted):
        return cloud.ledger.of_image(service, wanted)
    return cloud.ledger.of_commit(service, wanted) if commit.digits(wanted) else []


def exactly(cloud: Cloud, wanted: str, service: str | None) -> Record | None:
    """Return the record with exactly that deployment id, execution or execution's name, by its key, however old it is.

    It reads one item for each service, all in one call, and one by the index of executions. The index also knows
    services that are no longer configured.
    """
    names = [service] if service else [*(s.name for s in cloud.settings.services), UNKNOWN_SERVICE]
    if by_key := cloud.ledger.records_at((name, wanted) for name in names):
        return by_key[0]
    of_machine = cloud.outputs.get("StateMachineArn", "").replace(":stateMachine:", ":execution:")
    arn = wanted if wanted.startswith("arn:") else f"{of_machine}:{wanted}"
    found = cloud.ledger.of_execution(arn)
    return found if found is None or service in (None, found["service"]) else None


def is_named(record: Record, wanted: str) -> bool:
    """Say whether `wanted` is the record's deployment id, digest, execution (name or ARN) or commit (7 digits do)."""
    arn = str(record["execution_arn"])
    names = (record["deployment_id"], record["image_digest"], arn, arn.rpartition(":")[2])
    return wanted in names or commit.same(str(record["git_sha"]), wanted)
