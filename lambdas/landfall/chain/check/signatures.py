"""Whether each record was closed by Landfall: the hash of a chain has no key, its signatures have."""

from __future__ import annotations

from collections.abc import Iterator

from landfall import chain
from landfall.chain import SIGNATURE, SIGNED_BY
from landfall.chain.check.given import Evidence, Finding, found


def findings(evidence: Evidence) -> Iterator[Finding]:
    """Look at the signatures. From the first signed record on each must be; those before are covered by its hash."""
    signed = {id(record) for record in evidence.signed}
    for record in evidence.ordered:
        if id(record) in signed or not chain.is_sound(record):
            continue
        if SIGNATURE in record or SIGNED_BY in record:
            yield found("FORGED", f"its signature is of no key of the pipeline ({_key(record.get(SIGNED_BY))})", record)
        elif evidence.signed and chain.number(record) > evidence.signed_since:
            yield found("UNSIGNED", "it is not signed, and was closed after signing began: by somebody else", record)
    if evidence.begun and evidence.placed and not any(SIGNATURE in record for record in evidence.placed):
        yield Finding("UNSIGNED", "none of its records is signed by the pipeline: anybody could have made them")


def _key(fingerprint: object) -> str:
    return f"it names {str(fingerprint)[:16]}…" if isinstance(fingerprint, str) else "it names none"


def covered(evidence: Evidence) -> int:
    """Return how many records from before signing the first signed one covers: those that its hashes lead to."""
    by_hash = {record[chain.HASH]: record for record in evidence.placed if isinstance(record[chain.HASH], str)}
    at, number = (evidence.signed[0] if evidence.signed else None), 0
    while at is not None and isinstance(before := at.get(chain.PREVIOUS), str):
        at = by_hash.pop(before, None)
        if at is None or not chain.is_placed(at):
            break
        number += 1
    return number
