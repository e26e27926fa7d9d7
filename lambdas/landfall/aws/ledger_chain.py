"""Reads a service's closed records in the order of its chain, consistently, and only those that Landfall closed.

HEAD names the newest record, which is signed. Each record links by hash to the last record before it that proved a
release, and to the last one that changed the service. So the last proven release costs three reads and one check of a
signature, however many records there are. Where a link is unknown or leads nowhere, this module looks through the
records. A record counts if it is signed, or if a record that counts names its hash as the one before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from landfall import chain
from landfall.aws import table
from landfall.aws.signing import Signing
from landfall.aws.trying import trying
from landfall.chain import HASH, NONE_BEFORE, PREVIOUS, SIGNATURE, Head, Record
from landfall.ledger import service_standing
from landfall.ledger.service_standing import CHANGED_BEFORE, LINKS, PROVEN_BEFORE, SEARCHED, Link
from landfall.partitions import CHAINS

WALKED = 50
"""Proven releases that are read by their links, one read each. For more, reading all records once is cheaper."""
NEAREST = 10
"""Proven releases to search for the running revision, where the revision does not say which deployment made it."""
NO_LINK = Link("", "")
LAST = "last"
"""The field of HEAD that names its deployment."""


@dataclass(frozen=True)
class Stub:
    """What is kept of a record while many are read."""

    number: int
    hash: str
    previous: str
    deployment_id: str
    signed: bool


class Chained:
    """Partition key `service`, sort key `deployment_id`. `signing` is asked for when the first record is judged."""

    def __init__(self, table: Any, signing: Callable[[], Signing]) -> None:
        self._table, self._signing = table, signing

    def record(self, service: str, deployment_id: str) -> Record | None:
        """Return a record, read consistently."""
        with trying(f"reading ledger record {deployment_id}"):
            item = self._table.get_item(Key=key(service, deployment_id), ConsistentRead=True).get("Item")
        return dict(item) if item else None

    def head_as_kept(self, service: str) -> Record | None:
        """Return the item HEAD of a service's chain as it is stored, valid or not. None before the first record."""
        item = self.record(CHAINS, service)
        return {**item, "service": service, "deployment_id": item.get(LAST)} if item else None

    def head(self, service: str) -> Head | None:
        """Return the HEAD of a service's chain. None before the first record, and for an item that is no HEAD."""
        kept = self.head_as_kept(service)
        return chain.read_head(kept) if kept else None

    def chains(self) -> list[str]:
        """Return the services that have a HEAD, including those that are no longer configured."""
        items = table.query(
            self._table,
            "listing the chains",
            KeyConditionExpression="service = :chains",
            ExpressionAttributeValues={":chains": CHAINS},
            ConsistentRead=True,
        )
        return [str(item["deployment_id"]) for item in items]

    def newest(self, service: str) -> Record | None:
        """Return the record that was closed last. None before the first of the chain."""
        return self._newest(service, self.head_as_kept(service), SEARCHED)

    def proven(self, service: str) -> Iterator[Record]:
        """Yield the records of proven releases, the newest first. Each is read when it is asked for."""
        return self._linked(service, PROVEN_BEFORE, None)

    def last_proven(self, service: str) -> Record | None:
        """Return the record of the release that was proven live last."""
        return next(self._linked(service, PROVEN_BEFORE), None)

    def last_change(self, service: str) -> Record | None:
        """Return the record of the deployment that changed the service last."""
        return next(self._linked(service, CHANGED_BEFORE), None)

    def to_go_back_to(self, service: str, revision: str, deployment_id: str) -> Record | None:
        """Return the proven release that a failed deployment goes back to.

        `revision` runs now. `deployment_id` is the deployment that its tag names, empty where it has none.
        """
        own = self.record(service, deployment_id) if deployment_id else None
        if own is not None and not self._signing().trusts(own):
            own = None
        return service_standing.to_go_back_to(revision, own, islice(self._linked(service, PROVEN_BEFORE), NEAREST))

    def newest_first(self, service: str, page: int | None = None) -> Iterator[Record]:
        """Yield all of a service's records by their ids, the greatest first. Each page is read when it is asked for.

        `page`: how many records a page has. Without it a page has 1 MB.

        Ids begin with a time, which may come from any clock: a caller that needs an order sorts the records itself.
        """
        return table.query(
            self._table,
            f"reading the deployments of {service}",
            KeyConditionExpression="service = :service",
            ExpressionAttributeValues={":service": service},
            ConsistentRead=True,
            ScanIndexForward=False,
            **({"Limit": page} if page else {}),
        )

    def oldest_first(self, service: str, after: str = "") -> Iterator[Record]:
        """Yield a service's records by their ids, the least first: all, or those whose id is greater than `after`.

        Each page is read, consistently, when it is asked for.
        """
        condition, values = "service = :service", {":service": service}
        if after:
            condition, values = f"{condition} AND deployment_id > :after", {**values, ":after": after}
        return table.query(
            self._table,
            f"reading the deployments of {service}",
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            ConsistentRead=True,
        )

    def _newest(self, service: str, kept: Record | None, most: int | None) -> Record | None:
        """Return the record that HEAD names. If it does not count, return the newest of `most` records that does."""
        head = chain.read_head(kept) if kept else None
        record = self.record(service, head.deployment_id) if head else None
        if record is not None and chain.head_of(record) == head and self._signing().trusts(record):
            return record
        return next(self._looked_through(service, None, most), None)

    def _linked(self, service: str, link: str, most: int | None = SEARCHED) -> Iterator[Record]:
        """Yield the records that a link leads to, the newest first. Where it ends, look through `most` records."""
        record, fits = self._newest(service, self.head_as_kept(service), most), LINKS[link]
        if record is not None and fits(record):
            yield record
        for _ in range(WALKED):
            to = service_standing.link_of(record, link) if record else NO_LINK
            if record is None or to == NO_LINK:
                return
            before = self._at(record, to) if to else None
            if before is None or not fits(before):
                break
            record = before
            yield record
        if record is not None:
            yield from filter(fits, self._looked_through(service, record, most))

    def _at(self, record: Record, to: Link) -> Record | None:
        """Return the record that a link leads to, if it is the one that the link means.

        Records from before signing have links without a hash. Until signing has begun, any record with a place in the
        chain is then accepted.
        """
        service = str(record["service"])
        before = self.record(service, to.deployment_id)
        if before is None or not chain.is_placed(before):
            return None
        meant = before[HASH] == to.hash if to.hash else self._signing().trusts(before)
        return before if meant else None

    def _looked_through(self, service: str, after: Record | None, most: int | None) -> Iterator[Record]:
        """Yield the records that count before `after`, the newest first; without it, those of the whole chain.

        A record counts if it is signed, or if a record that counts names its hash as the one before.
        """
        below, named = (chain.number(after), after[PREVIOUS]) if after else (None, NONE_BEFORE)
        for stub in sorted(self._stubs(service, most), key=lambda stub: stub.number, reverse=True):
            if (below is not None and stub.number >= below) or not (stub.signed or stub.hash == named):
                continue
            record = self.record(service, stub.deployment_id)
            if record is not None and record.get(HASH) == stub.hash and chain.is_placed(record):
                below, named = stub.number, stub.previous
                yield record

    def _stubs(self, service: str, most: int | None) -> Iterator[Stub]:
        for record in islice(self.newest_first(service), most):
            if chain.is_placed(record):
                signed = SIGNATURE in record and self._signing().signed(record)
                yield Stub(chain.number(record), record[HASH], record[PREVIOUS], record["deployment_id"], signed)


def key(service: str, deployment_id: str) -> dict[str, str]:
    """Return the key of a record."""
    return {"service": service, "deployment_id": deployment_id}
