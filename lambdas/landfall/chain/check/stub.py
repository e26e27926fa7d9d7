"""The short form of a record, kept while all of a service's records are read: only what the check needs."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from json.encoder import encode_basestring_ascii
from typing import Any, NamedTuple

from landfall import chain
from landfall.chain import HASH, PREVIOUS, SEQUENCE, SIGNATURE, SIGNED_BY, Record
from landfall.chain.signature import PublicKey, bears_signature

_OF_A_PLACE = frozenset({HASH, SEQUENCE, PREVIOUS, SIGNATURE, SIGNED_BY})


class Place(IntEnum):
    """Where a record belongs.

    PLACED: it has a number in the chain. UNPLACED: it has fields of a place, but no valid place. OUTSIDE: it has no
    fields of a place: it is open, or from before chains. BEYOND: its number is after those that are checked.
    """

    PLACED = 1
    UNPLACED = 2
    OUTSIDE = 3
    BEYOND = 4


class Stub(NamedTuple):
    """A record in short: about 500 bytes, where a record has about 6,000.

    `hash`, `previous` and `signature` are spelled by `token`. `sound`: the hash matches the content. `seated`: it has a
    valid place. `signed`: a key that counts signed it. `claims_key`: it names a key that signed it.
    """

    deployment_id: str
    place: int
    number: int
    hash: str
    previous: str
    signature: str
    sound: bool
    seated: bool
    signed: bool
    claims_key: bool
    named_key: str
    foreign: str
    claim: str
    reported: bool
    closed: bool
    old: bool
    ended_at: str
    unchained: str | None


def stub_of(record: Record, service: str, keys: Iterable[PublicKey]) -> Stub:
    """Return the short form of one of a service's records."""
    seated = chain.is_placed(record)
    own = record.get("service") == service
    key, noted = record.get(SIGNED_BY), record.get(chain.UNCHAINED)
    return Stub(
        deployment_id=str(record.get("deployment_id", "")),
        place=_place(record),
        number=chain.number(record),
        hash=token(record.get(HASH)),
        previous=token(record.get(PREVIOUS)),
        signature=token(record[SIGNATURE]) if SIGNATURE in record else "",
        sound=seated or chain.is_sound(record),
        seated=seated,
        signed=own and seated and bears_signature(record, keys),
        claims_key=SIGNATURE in record or SIGNED_BY in record,
        named_key=f"it names {key[:16]}…" if isinstance(key, str) else "it names none",
        foreign="" if own else repr(record.get("service")),
        claim=f"number {record[SEQUENCE]!r}" if SEQUENCE in record else "no number",
        reported="reported" in record,
        closed="outcome" in record,
        old=chain.is_unchained(record),
        ended_at=str(record.get("ended_at", "")),
        unchained=None if noted is None else str(noted),
    )


def _place(record: Record) -> Place:
    if HASH in record and chain.number(record):
        return Place.PLACED
    return Place.UNPLACED if _OF_A_PLACE & record.keys() else Place.OUTSIDE


def token(value: Any) -> str:
    """Return a spelling of any value, for comparison; a text is in quotation marks."""
    if isinstance(value, str):
        return encode_basestring_ascii(value)
    try:
        return chain.canonical({"": value}).decode()[4:-1]
    except (TypeError, ValueError, RecursionError):
        return f"?{value!r}"
