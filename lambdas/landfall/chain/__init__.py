"""The chain of a service's closed records: what is hashed, and how. docs/evidence.md describes it for other programs.

A record is sealed when it is closed: with its number in the service's chain, and the hash of the record before. The
hash is SHA-256 of the record's canonical form. HEAD says which record is the newest; an anchor repeats that in the
report bucket, which deletes nothing. Anybody can compute the hash; the signature proves that Landfall closed the
record (signature.py).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from landfall.partitions import CHAINS
from landfall.text.lazy_pattern import Later

Record = dict[str, Any]
HASH, PREVIOUS, SEQUENCE = "hash", "previous_hash", "sequence"
SIGNATURE, SIGNED_BY = "signature", "signed_by"
"""The signature of a record's hash, and the fingerprint of the key that made it, which the hash covers."""
AFTER_CLOSING = frozenset(
    {"unfinished", "reported", "notified", "announced", "recovered_by", "recoveries", "swept", "swept_as"}
)
"""Fields that are written after a record was closed: who was told, never how it ended. The hash can't cover them."""
UNCHAINED = "unchained"
"""The number and the hash of a service's records from before chains, noted in its first signed record."""
UNCHAINED_SCHEMA = 1
"""Records of this schema were closed before there were chains."""
NONE_BEFORE = ""
"""The hash before the first record's."""
_KEY = "key-"
_ANCHOR = Later(rf"([a-z_][a-z0-9-]*)/{CHAINS}/(\d{{10}})-([0-9a-f]{{64}})\.json")


@dataclass(frozen=True)
class Head:
    """The newest record of a service's chain."""

    service: str
    sequence: int
    hash: str
    deployment_id: str


@dataclass(frozen=True)
class Anchor:
    """The anchor of one record in the bucket.

    `hidden`: somebody put a delete marker over it, which no lock prevents. `signature` is that of the hash; it is read
    only if the anchor matches no record. `late`: it was written after signing began for the service.
    """

    service: str
    sequence: int
    hash: str
    hidden: bool = False
    signature: str = ""
    late: bool = False

    @property
    def key(self) -> str:
        """Return the key of its object. The key contains everything, so a list of the keys is enough."""
        return f"{self.service}/{CHAINS}/{self.sequence:010d}-{self.hash}.json"


def canonical(record: Mapping[str, Any]) -> bytes:
    """Return the one spelling of a record: JSON, keys sorted, no whitespace, ASCII. DynamoDB's numbers are integers.

    Raises TypeError or ValueError for a value that a record can't hold.
    """
    text = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False, default=_plain)
    return text.encode("ascii")


def _plain(value: Any) -> int:
    if (number := integer(value)) is None:
        raise TypeError(f"a record can't hold {value!r}")
    return number


def integer(value: Any) -> int | None:
    """Return a number that came from DynamoDB or from JSON; None if it is not an integer."""
    if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
        return int(value)
    return value if type(value) is int else None


def covered(record: Mapping[str, Any]) -> Record:
    """Return the part of a record that its hash covers."""
    return {k: v for k, v in record.items() if k not in (HASH, SIGNATURE) and k not in AFTER_CLOSING}


def holdable(record: Mapping[str, Any]) -> Record:
    """Return a record without invalid fields, which somebody else wrote: they would prevent the closing.

    They stay in the table, so the record's hash then does not match its content.
    """
    return {name: value for name, value in record.items() if _is_held(value)}


def _is_held(value: Any) -> bool:
    try:
        canonical({"": value})
    except (TypeError, ValueError, RecursionError):
        return False
    return True


def digest(record: Mapping[str, Any]) -> str:
    """Return a record's hash. Raises what `canonical` does."""
    return hashlib.sha256(canonical(covered(record))).hexdigest()


def sealed(record: Mapping[str, Any], head: Head | None, signed_by: str = "") -> Record:
    """Return a record as the next of its chain, without the fields that may change later. It is not signed yet."""
    link: Record = {SEQUENCE: head.sequence + 1 if head else 1, PREVIOUS: head.hash if head else NONE_BEFORE}
    content = {**covered(record), **link, **({SIGNED_BY: signed_by} if signed_by else {})}
    return {**content, HASH: digest(content)}


def number(record: Mapping[str, Any]) -> int:
    """Return a record's number in its chain; 0, which no record has, if the value is not a valid number."""
    return max(integer(record.get(SEQUENCE)) or 0, 0)


def is_sound(record: Mapping[str, Any]) -> bool:
    """Say whether a record's hash matches its content."""
    try:
        return digest(record) == record.get(HASH)
    except (TypeError, ValueError, RecursionError):
        return False


def is_placed(record: Mapping[str, Any]) -> bool:
    """Say whether a record has a valid place and a right hash. Anybody who can write to the ledger can make one.

    Only the first record of a chain names no record before it.
    """
    before = record.get(PREVIOUS)
    named = isinstance(before, str) and (before == NONE_BEFORE) == (number(record) == 1)
    return number(record) > 0 and named and is_sound(record)


def is_unchained(record: Mapping[str, Any]) -> bool:
    """Say whether a record says that it was closed before there were chains."""
    placed = {HASH, SEQUENCE, PREVIOUS, SIGNATURE} & record.keys()
    return not placed and "outcome" in record and record.get("schema") == UNCHAINED_SCHEMA


def digest_of_unchained(records: Iterable[Mapping[str, Any]]) -> str:
    """Return the number of such records, and one hash of all of them by their ids."""
    found = sorted(records, key=lambda record: str(record.get("deployment_id")))
    return digest_of_contents(map(unchained_content, found))


def unchained_content(record: Mapping[str, Any]) -> bytes:
    """Return the part of a record from before chains that such a hash covers."""
    return canonical(holdable(covered(record)))


def digest_of_contents(contents: Iterable[bytes]) -> str:
    """Return the number of contents, and one hash of all of them, a line each in the order given."""
    all_, number_of_them = hashlib.sha256(), 0
    for content in contents:
        all_.update(b"\n" * bool(number_of_them) + content)
        number_of_them += 1
    return f"{number_of_them} {all_.hexdigest()}"


def head_of(record: Mapping[str, Any]) -> Head | None:
    """Return the HEAD for a sealed record. None if the record has no place in a chain."""
    return read_head({name: record.get(name) for name in ("service", SEQUENCE, HASH, "deployment_id")})


def read_head(found: Mapping[str, Any]) -> Head | None:
    """Return the HEAD in an item. None if the item is not a valid HEAD: somebody changed it."""
    at, names = number(found), [found.get(name) for name in ("service", HASH, "deployment_id")]
    if not at or not all(isinstance(name, str) and name for name in names):
        return None
    service, hash_, deployment_id = map(str, names)
    return Head(service, at, hash_, deployment_id)


def anchor_of(head: Head) -> Anchor:
    """Return the anchor of a HEAD."""
    return Anchor(head.service, head.sequence, head.hash)


def anchor_at(key: str, *, hidden: bool = False) -> Anchor | None:
    """Return the anchor that an object's key describes. None if it is not the key of an anchor."""
    found = _ANCHOR.fullmatch(key)
    return Anchor(found[1], int(found[2]), found[3], hidden) if found else None


def key_names(service: str) -> str:
    """Return the key prefix of the objects that hold the public keys for a service's signatures."""
    return f"{service}/{CHAINS}/{_KEY}"


def key_name(service: str, fingerprint: str) -> str:
    """Return the name of the object that holds a public key."""
    return f"{key_names(service)}{fingerprint}.json"
