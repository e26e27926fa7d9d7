"""Reads a service's closed records in the order of its chain, consistently, and only those that Landfall closed.

HEAD names the newest record, which is signed. Each record links by hash to the last record before it that proved a
release, and to the last one that changed the service. So the last proven release costs three reads and one check of a
signature, however many records there are. If a link is unknown or leads nowhere, this module looks through the
records. A record counts if it is signed, or if a record that counts names its hash as the one before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from landfall import chain
from landfall.aws.dynamodb import table
from landfall.aws.dynamodb.ledger_indexes import Indexed
from landfall.aws.signing import Signing
from landfall.chain import HASH, NONE_BEFORE, PREVIOUS, SIGNATURE, Head, Record
from landfall.ledger import service_standing
from landfall.ledger.service_standing import CHANGED_BEFORE, LINKS, PROVEN_BEFORE, SEARCHED, Link
from landfall.partitions import CHAINS

WALKED = 50
"""How many proven releases are read by their links, one read each. For more, reading all records once is cheaper."""
NEAREST = 10
"""How many proven releases are searched: for the running revision, if the revision does not name its deployment, and
for an image that the index does not have."""
NO_LINK = Link("", "")
LAST = "last"
"""The field of HEAD that names its deployment."""


@dataclass(frozen=True)
class Stub:
    """The fields of a record that are kept while many are read."""

    number: int
    hash: str
    previous: str
    deployment_id: str
    signed: bool


@dataclass(frozen=True)
class Standing:
    """The last record that changed a service, and the last that proved a release of it."""

    last_change: Record | None
    last_proven: Record | None


class Chained(Indexed):
    """Partition key `service`, sort key `deployment_id`. `signing` is called when the first record is judged."""

    def __init__(self, table: Any, signing: Callable[[], Signing]) -> None:
        super().__init__(table)
        self._signing = signing

    def head_as_kept(self, service: str) -> Record | None:
        """Return the item HEAD of a service's chain as it is stored, valid or not. None before the first record."""
        return as_head(service, self.record(CHAINS, service))

    def head(self, service: str) -> Head | None:
        """Return the HEAD of a service's chain. None before the first record, or if the item is not a valid HEAD."""
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

    def standings(self, services: Iterable[str]) -> dict[str, Standing]:
        """Return `last_change` and `last_proven` of many services, each in three reads for a hundred of them.

        A service without a whole HEAD and links is read on its own, as `last_change` and `last_proven` read it.
        """
        names = list(dict.fromkeys(services))
        newest = self._newest_of_each(names)
        to = {
            (name, link): service_standing.links(record).get(link)
            for name, record in newest.items()
            if record
            for link in LINKS
        }
        known = {(str(r["service"]), str(r["deployment_id"])): r for r in newest.values() if r}
        unknown = {(name, each.deployment_id) for (name, _), each in to.items() if each and each.deployment_id}
        known |= {(str(r["service"]), str(r["deployment_id"])): r for r in self.records_at(unknown - known.keys())}

        def last(name: str, link: str) -> Record | None:
            at = to.get((name, link))
            if newest[name] is None or at == NO_LINK:
                return None
            record = known.get((name, at.deployment_id)) if at else None
            meant = record is not None and at is not None and chain.is_placed(record) and record[HASH] == at.hash
            return record if meant and record and LINKS[link](record) else next(self._linked(name, link), None)

        return {name: Standing(last(name, CHANGED_BEFORE), last(name, PROVEN_BEFORE)) for name in names}

    def _newest_of_each(self, services: Sequence[str]) -> dict[str, Record | None]:
        """Return the record that each HEAD names, if it counts, else the record that `_newest` finds."""
        items = {str(item["deployment_id"]): item for item in self.records_at((CHAINS, name) for name in services)}
        kept = {name: as_head(name, items.get(name)) for name in services}
        heads = {name: head for name, each in kept.items() if each and (head := chain.read_head(each))}
        read = self.records_at((name, head.deployment_id) for name, head in heads.items())
        found = {str(record["service"]): record for record in read}
        good = {n: r for n, r in found.items() if chain.head_of(r) == heads[n] and self._signing().trusts(r)}
        return {name: good.get(name) or self._newest(name, kept[name], SEARCHED) for name in services}

    def proven_image(self, service: str, digest: str) -> Record | None:
        """Return the record of the release of this image that was proven last.

        The index may lack a release that was proven this moment. So if the index has none, this searches the last
        NEAREST proven releases.
        """
        if found := self.proven_of(self.of_image(service, digest)):
            return found
        return next((r for r in islice(self.proven(service), NEAREST) if r.get("image_digest") == digest), None)

    def proven_of(self, candidates: Iterable[Record]) -> Record | None:
        """Return the newest of these records that counts and proved a release.

        An index found them, and anybody who can write to the ledger may have written one, so Landfall's signature
        decides. A record from before signing has no signature: it counts if the links of the chain lead to it.
        """
        in_order = sorted(filter(service_standing.proven, candidates), key=service_standing.place, reverse=True)
        for record in in_order:
            if self._signing().trusts(record):
                return record
            service, name = str(record["service"]), record["deployment_id"]
            if SIGNATURE in record or not chain.is_placed(record):
                continue
            linked = (each for each in self.proven(service) if each["deployment_id"] == name)
            if found := next(linked, None):
                return found
        return None

    def to_go_back_to(self, service: str, revision: str, deployment_id: str) -> Record | None:
        """Return the proven release that a failed deployment goes back to.

        `revision` runs now. `deployment_id` is the deployment that the revision's tag names, empty if it has none.
        """
        own = self.record(service, deployment_id) if deployment_id else None
        if own is not None and not self._signing().trusts(own):
            own = None
        return service_standing.to_go_back_to(revision, own, islice(self._linked(service, PROVEN_BEFORE), NEAREST))

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
        """Yield the records that links lead to, the newest first. After the last link, look through `most` records."""
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
        """Return the record that a link names, if its hash is the one in the link.

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


def as_head(service: str, item: Record | None) -> Record | None:
    """Return an item of the partition of HEADs as the HEAD of a service, valid or not."""
    return {**item, "service": service, "deployment_id": item.get(LAST)} if item else None
