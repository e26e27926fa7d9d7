"""Whether each record is as it was closed, has a place, and follows on the one before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from landfall import chain
from landfall.chain import HASH, NONE_BEFORE, PREVIOUS, SEQUENCE, Head, Record
from landfall.chain.check.given import Evidence, Finding, found


def findings(evidence: Evidence) -> Iterator[Finding]:
    """Look at records alone, and at HEAD."""
    for record in evidence.records:
        if record.get("service") != evidence.service:
            what = f"it is of {record.get('service')!r}, and stands among those of {evidence.service}"
            yield found("FOREIGN", what, record)
    for record in evidence.unplaced:
        place = f"number {record[SEQUENCE]!r}" if SEQUENCE in record else "no number"
        yield found("UNPLACED", f"it has {place}: no closing gives such a place in the chain", record)
    for record in evidence.placed:
        if not chain.is_sound(record):
            yield found("CHANGED", "its hash is not that of its content: it was changed since it was closed", record)
    yield from _order(evidence.placed)
    yield from _links(evidence.ordered)
    yield from _heads(evidence)
    yield from _outside(evidence)


def _order(records: Sequence[Record]) -> Iterator[Finding]:
    for before, after in pairwise(records):
        if chain.number(after) < chain.number(before):
            what = f"number {chain.number(after)} stands after number {chain.number(before)}"
            yield found("REORDERED", what, after)


def _links(ordered: Sequence[Record]) -> Iterator[Finding]:
    start: Record = {SEQUENCE: 0, HASH: NONE_BEFORE}
    for before, after in pairwise([start, *ordered]):
        last, number = chain.number(before), chain.number(after)
        if number == last:
            yield found("DUPLICATE", f"there are two records with number {number}", after)
        elif number > last + 1:
            gap = f"record {last + 1} is" if number == last + 2 else f"records {last + 1} to {number - 1} are"
            yield found("MISSING", f"{gap} gone from before this one", after)
        elif after.get(PREVIOUS) != before.get(HASH):
            yield found("BROKEN", f"it does not name the hash of record {last}: one of the two was exchanged", after)


def _heads(evidence: Evidence) -> Iterator[Finding]:
    """Look at each HEAD; a table holds one at most, an export whatever somebody wrote."""
    last = evidence.ordered[-1] if evidence.ordered else None
    if last and not evidence.heads:
        yield found("HEAD_MISSING", "this is the newest record, and there is no HEAD to say so", last)
    if len(evidence.heads) > 1:
        yield Finding("HEAD_TWICE", f"there are {len(evidence.heads)} HEADs, and a chain has one")
    for kept in evidence.heads:
        head = chain.read_head(kept)
        if head is None:
            yield found("HEAD_BROKEN", f"HEAD names no record: number {kept.get(SEQUENCE)!r}", kept)
        else:
            yield from _head(head, last, evidence.service)


def _head(head: Head, last: Record | None, service: str) -> Iterator[Finding]:
    newest = chain.number(last) if last else 0
    if head.sequence > newest:
        what = f"HEAD is at record {head.sequence}, the chain ends at {newest}: the newest were cut off"
        yield Finding("TRUNCATED", what, head.deployment_id)
    elif last and (last.get(HASH), last.get("deployment_id"), service) != (head.hash, head.deployment_id, head.service):
        what = f"this is the newest record, HEAD says {head.sequence} {head.deployment_id}"
        yield found("HEAD_DIFFERS", what, last)


def _outside(evidence: Evidence) -> Iterator[Finding]:
    """Look at closed records that have no place. When signing began it was noted which of them there were."""
    first = evidence.signed[0] if evidence.signed else {}
    began = str(evidence.ordered[0].get("ended_at", "")) if evidence.ordered else ""
    noted, old = first.get(chain.UNCHAINED), [r for r in evidence.outside if chain.is_unchained(r)]
    changed = noted is not None and noted != chain.digest_of_unchained(old)
    for record in evidence.outside:
        late = bool(began) and str(record.get("ended_at", "")) > began
        added = changed and str(noted).startswith("0 ")
        if "outcome" in record and (not chain.is_unchained(record) or late or added):
            what = "it has an outcome and no place in the chain: Landfall did not close it"
            yield found("UNCHAINED", what, record)
    if changed:
        what = f"of the records from before chains there are {len(old)}, and not the {str(noted).split()[0]} there were"
        yield found("UNCHAINED", f"{what} when this one was signed: one was added, changed or taken", first)
