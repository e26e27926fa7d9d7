"""Checks that Landfall closed each record: anybody can compute a hash, but only Landfall can sign it."""

from __future__ import annotations

from collections.abc import Iterator

from landfall.chain.check import shelf
from landfall.chain.check.chain_evidence import Finding, found
from landfall.chain.check.kept_evidence import Kept


def findings(kept: Kept) -> Iterator[Finding]:
    """Check the signatures. From the first signed record on all must be signed; its hash covers the earlier ones."""
    first = kept.first_signed
    for record in kept.shelf.stubs(shelf.UNSIGNED):
        if record.claims_key:
            yield found("FORGED", f"its signature was not made with a key of the pipeline ({record.named_key})", record)
        elif first and record.number > first.number:
            yield found(
                "UNSIGNED", "it is not signed, but was closed after signing began: somebody else closed it", record
            )
    if kept.begun and kept.placed and not kept.with_signature:
        yield Finding("UNSIGNED", "none of its records is signed by the pipeline: anybody could have made them")


def covered(kept: Kept) -> int:
    """Return how many records from before signing the first signed one covers, by following the hashes."""
    at, number = kept.first_signed, 0
    while at is not None and (at := kept.shelf.first(shelf.OF_HASH, at.previous)) is not None and at.seated:
        number += 1
    return number
