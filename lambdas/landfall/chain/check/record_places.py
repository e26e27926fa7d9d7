"""Checks that each record is unchanged since its closing, has a place, and follows the one before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from landfall import chain
from landfall.chain import NONE_BEFORE, SEQUENCE, Head
from landfall.chain.check import shelf
from landfall.chain.check.chain_evidence import Finding, found
from landfall.chain.check.kept_evidence import Kept
from landfall.chain.check.stub import Stub, token


def findings(kept: Kept) -> Iterator[Finding]:
    """Check the records and HEAD, without signatures and anchors."""
    for record in kept.shelf.stubs(shelf.FOREIGN):
        what = f"it belongs to {record.foreign}, but is among the records of {kept.service}"
        yield found("FOREIGN", what, record)
    for record in kept.shelf.stubs(shelf.UNPLACED):
        yield found("UNPLACED", f"it has {record.claim}: Landfall gives no record such a place in the chain", record)
    for record in kept.shelf.stubs(shelf.CHANGED):
        yield found("CHANGED", "its hash does not match its content: it was changed after it was closed", record)
    if not kept.any_order:
        yield from _order(kept)
    yield from _links(kept)
    if kept.heads is not None:
        yield from _heads(kept, kept.heads)
    yield from _outside(kept)


def _order(kept: Kept) -> Iterator[Finding]:
    for before, after in pairwise(kept.shelf.stubs(shelf.AS_KEPT)):
        if after.number < before.number:
            yield found("REORDERED", f"number {after.number} comes after number {before.number}", after)


def _links(kept: Kept) -> Iterator[Finding]:
    """Check each record against the one before. If the check began later, the first one's link was verified earlier."""
    last, hash_ = max(kept.since, 1) - 1, None if kept.since else token(NONE_BEFORE)
    for after in kept.shelf.stubs(shelf.ORDERED):
        number = after.number
        if number == last:
            yield found("DUPLICATE", f"there are two records with number {number}", after)
        elif number > last + 1:
            gap = f"record {last + 1} is" if number == last + 2 else f"records {last + 1} to {number - 1} are"
            yield found("MISSING", f"{gap} missing before this one", after)
        elif hash_ is not None and after.previous != hash_:
            yield found("BROKEN", f"it does not name the hash of record {last}: one of the two was replaced", after)
        last, hash_ = number, after.hash


def _heads(kept: Kept, heads: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    """Check each HEAD. A table holds one at most; an export may hold several."""
    last = kept.newest
    if last and not heads:
        yield found("HEAD_MISSING", "this is the newest record, but there is no HEAD that names it", last)
    if len(heads) > 1:
        yield Finding("HEAD_TWICE", f"there are {len(heads)} HEADs, but a chain has one")
    for each in heads:
        head = chain.read_head(each)
        if head is None:
            what = f"HEAD names no record: number {each.get(SEQUENCE)!r}"
            yield Finding("HEAD_BROKEN", what, str(each.get("deployment_id", "")))
        else:
            yield from _head(head, last, kept.service)


def _head(head: Head, last: Stub | None, service: str) -> Iterator[Finding]:
    newest = last.number if last else 0
    if head.sequence > newest:
        what = f"HEAD is at record {head.sequence}, but the chain ends at {newest}: the newest records were removed"
        yield Finding("TRUNCATED", what, head.deployment_id)
    elif last and (last.hash, last.deployment_id, service) != (token(head.hash), head.deployment_id, head.service):
        what = f"this is the newest record, but HEAD names {head.sequence} {head.deployment_id}"
        yield found("HEAD_DIFFERS", what, last)


def _outside(kept: Kept) -> Iterator[Finding]:
    """Check the closed records without a place. The first signed record noted which of them existed."""
    first, signed = kept.first, kept.first_signed
    began, noted = first.ended_at if first else "", signed.unchained if signed else None
    changed = noted is not None and noted != chain.digest_of_contents(kept.shelf.old())
    for record in kept.shelf.stubs(shelf.OUTSIDE):
        late = bool(began) and record.ended_at > began
        added = changed and str(noted).startswith("0 ")
        if record.closed and (not record.old or late or added):
            what = "it has an outcome and no place in the chain: Landfall did not close it"
            yield found("UNCHAINED", what, record)
    if signed and changed:
        what = f"of the records from before chains there are {kept.old}, and not the {str(noted).split()[0]} there were"
        yield found("UNCHAINED", f"{what} when this one was signed: one was added, changed or taken", signed)
