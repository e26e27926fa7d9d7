"""Keeps the short form of a service's evidence while it is read, record by record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from landfall import chain
from landfall.chain import Record
from landfall.chain.check import shelf
from landfall.chain.check.chain_evidence import Evidence
from landfall.chain.check.shelf import Shelf
from landfall.chain.check.stub import Place, Stub, stub_of
from landfall.chain.signature import PublicKey


class Kept:
    """The short form of a service's evidence.

    `any_order`: the records are read in the order of ids, as from a ledger, and kept in the order of numbers; of two
    with the same number, the later one comes first. `since`: the number of the first record, if the records before it
    were verified earlier. `heads` is None if HEAD is not checked.
    """

    def __init__(
        self, service: str, keys: Sequence[PublicKey], *, begun: bool = False, any_order: bool = False, since: int = 0
    ) -> None:
        self.service, self.keys, self.begun, self.since = service, tuple(keys), begun, since
        self.heads: Sequence[Mapping[str, Any]] | None = ()
        self.any_order, self.shelf = any_order, Shelf()
        self.records = self.placed = self.signed = self.with_signature = self.old = self.closed_outside = self.open = 0

    @classmethod
    def of(cls, evidence: Evidence, mark: Callable[[Record], int] = lambda _: 0) -> Self:
        """Read evidence, and keep what the check needs. `mark` returns the caller's own note about each record."""
        kept = cls(evidence.service, evidence.keys, begun=evidence.begun)
        kept.heads = evidence.heads
        for record in evidence.records:
            kept.add(record, mark(record))
        for anchor in evidence.anchors:
            kept.shelf.keep_anchor(anchor)
        return kept

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self.shelf.close()

    def add(self, record: Record, mark: int = 0) -> None:
        """Keep the short form of a record."""
        stub = stub_of(record, self.service, self.keys)
        self.records += 1
        at = -self.records if self.any_order else self.records
        self.shelf.keep(stub, at, by_number=self.any_order, mark=mark)
        self.placed += stub.place == Place.PLACED
        self.signed += stub.place == Place.PLACED and stub.signed
        self.with_signature += stub.place == Place.PLACED and bool(stub.signature)
        self.closed_outside += stub.place == Place.OUTSIDE and stub.closed
        self.open += stub.place == Place.OUTSIDE and not stub.closed
        if stub.place == Place.OUTSIDE and stub.old:
            self.old += 1
            self.shelf.keep_old(stub.deployment_id, chain.unchained_content(record))

    @property
    def first(self) -> Stub | None:
        """Return the first record of the chain."""
        return self.shelf.first(shelf.ORDERED)

    @property
    def newest(self) -> Stub | None:
        """Return the last record of the chain."""
        return self.shelf.first(shelf.NEWEST)

    @property
    def first_signed(self) -> Stub | None:
        """Return the first record that is signed by a key that counts."""
        return self.shelf.first(shelf.SIGNED)
