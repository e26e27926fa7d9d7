"""The chain of a service's closed records: what is hashed, and how. docs/evidence.md states it for other programs.

A record is sealed when it is closed: with its number in the service's chain, and the hash of the record before. The
hash is SHA-256 of the record's canonical form. HEAD says which record is the newest; an anchor repeats that in the
report bucket, which keeps what it is given.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Record = dict[str, Any]
HASH, PREVIOUS, SEQUENCE = "hash", "previous_hash", "sequence"
CHAINS = "_chain"
"""Under which HEADs are kept in the ledger and anchors in the bucket. No service and no deployment can be called so."""
AFTER_CLOSING = frozenset(
    {"unfinished", "reported", "notified", "announced", "recovered_by", "recoveries", "swept", "swept_as"}
)
"""What is written to a record after it was closed: who was told of it, never how it ended. No hash can cover it."""
NONE_BEFORE = ""
"""The hash before the first record's."""
_ANCHOR = re.compile(rf"([a-z_][a-z0-9-]*)/{CHAINS}/(\d{{10}})-([0-9a-f]{{64}})\.json")


@dataclass(frozen=True)
class Head:
    """The newest record of a service's chain."""

    service: str
    sequence: int
    hash: str
    deployment_id: str


@dataclass(frozen=True)
class Anchor:
    """What the bucket says of one record. `hidden`: somebody put a delete marker over it, which no lock prevents."""

    service: str
    sequence: int
    hash: str
    hidden: bool = False

    @property
    def key(self) -> str:
        """Return what its object is called. The name says it all, so that to list anchors is to read them."""
        return f"{self.service}/{CHAINS}/{self.sequence:010d}-{self.hash}.json"


def canonical(record: Mapping[str, Any]) -> bytes:
    """Return the one spelling of a record: JSON, keys sorted, no whitespace, ASCII. DynamoDB's numbers are integers.

    Raises TypeError or ValueError for a value that no record holds.
    """
    text = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False, default=_plain)
    return text.encode("ascii")


def _plain(value: Any) -> int:
    if (number := integer(value)) is None:
        raise TypeError(f"{value!r} is nothing a record holds")
    return number


def integer(value: Any) -> int | None:
    """Return a number that came from DynamoDB or from JSON; None for anything that is no integer."""
    if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
        return int(value)
    return value if type(value) is int else None


def covered(record: Mapping[str, Any]) -> Record:
    """Return the part of a record that its hash covers."""
    return {k: v for k, v in record.items() if k != HASH and k not in AFTER_CLOSING}


def digest(record: Mapping[str, Any]) -> str:
    """Return a record's hash. Raises what `canonical` does."""
    return hashlib.sha256(canonical(covered(record))).hexdigest()


def sealed(record: Mapping[str, Any], head: Head | None) -> Record:
    """Return a record as the next of its chain, without what may change later."""
    link = {SEQUENCE: head.sequence + 1 if head else 1, PREVIOUS: head.hash if head else NONE_BEFORE}
    content = {**covered(record), **link}
    return {**content, HASH: digest(content)}


def head_of(record: Mapping[str, Any]) -> Head | None:
    """Return the HEAD that a sealed record made. None for one that was closed before there were chains."""
    if HASH not in record:
        return None
    return Head(str(record["service"]), int(record[SEQUENCE]), str(record[HASH]), str(record["deployment_id"]))


def anchor_of(head: Head) -> Anchor:
    """Return the anchor of a HEAD."""
    return Anchor(head.service, head.sequence, head.hash)


def anchor_at(key: str, *, hidden: bool = False) -> Anchor | None:
    """Return the anchor that an object's key says. None for a key that no anchor has."""
    found = _ANCHOR.fullmatch(key)
    return Anchor(found[1], int(found[2]), found[3], hidden) if found else None
