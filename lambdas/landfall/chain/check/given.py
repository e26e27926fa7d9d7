"""What a check is given, and what it finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from landfall import chain
from landfall.chain import HASH, PREVIOUS, SEQUENCE, SIGNATURE, SIGNED_BY, Anchor, Record
from landfall.chain.signature import PublicKey, is_signed

_OF_A_PLACE = frozenset({HASH, SEQUENCE, PREVIOUS, SIGNATURE, SIGNED_BY})


@dataclass(frozen=True)
class Finding:
    """Something that can't be if nobody changed anything. The codes are explained in docs/evidence.md."""

    code: str
    what: str
    deployment_id: str = ""


def found(code: str, what: str, record: Mapping[str, Any]) -> Finding:
    """Return a finding about a record."""
    return Finding(code, what, str(record.get("deployment_id", "")))


@dataclass(frozen=True)
class Evidence:
    """All there is of a service: its records in the order they are kept in, its HEADs as they are kept, its anchors.

    `keys` are those whose signatures count. `begun` says that closings of the service are signed, and says so from
    elsewhere than the records do.
    """

    service: str
    records: Sequence[Record]
    heads: Sequence[Mapping[str, Any]]
    anchors: Sequence[Anchor]
    keys: tuple[PublicKey, ...] = ()
    begun: bool = False

    @cached_property
    def placed(self) -> tuple[Record, ...]:
        """Return the records that have a number in the chain."""
        return tuple(r for r in self.records if HASH in r and chain.number(r))

    @cached_property
    def unplaced(self) -> tuple[Record, ...]:
        """Return the records that say something of a place, and have none."""
        return tuple(r for r in self.records if _OF_A_PLACE & r.keys() and not (HASH in r and chain.number(r)))

    @cached_property
    def outside(self) -> tuple[Record, ...]:
        """Return the records that say nothing of a place: open ones, and those from before there were chains."""
        return tuple(r for r in self.records if not _OF_A_PLACE & r.keys())

    @cached_property
    def ordered(self) -> tuple[Record, ...]:
        """Return the placed records by their numbers."""
        return tuple(sorted(self.placed, key=chain.number))

    @cached_property
    def signed(self) -> tuple[Record, ...]:
        """Return the records that are signed by a key that counts, by their numbers."""
        return tuple(r for r in self.ordered if r.get("service") == self.service and is_signed(r, self.keys))

    @property
    def signed_since(self) -> int:
        """Return the number of the first signed record; 0 where none is."""
        return chain.number(self.signed[0]) if self.signed else 0
