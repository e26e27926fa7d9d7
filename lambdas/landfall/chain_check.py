"""Verifies a service's chain: pure, so that it says the same of a ledger and of an export of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from landfall import chain
from landfall.chain import HASH, NONE_BEFORE, PREVIOUS, SEQUENCE, Anchor, Head, Record

UNCHAINED_SCHEMA = 1
"""Records of this schema were closed before there were chains."""


@dataclass(frozen=True)
class Finding:
    """Something that can't be if nobody changed anything. The codes are explained in docs/evidence.md."""

    code: str
    what: str
    deployment_id: str = ""


@dataclass(frozen=True)
class Evidence:
    """All there is of a service: its records in the order they are kept in, HEAD, and the anchors."""

    service: str
    records: Sequence[Record]
    head: Head | None
    anchors: Sequence[Anchor]


@dataclass(frozen=True)
class Verified:
    """What was looked at, and what was found. `before` were closed before the chain began; `began` is its first."""

    service: str
    chained: int
    before: int
    open: int
    anchored: int
    began: str
    findings: tuple[Finding, ...]


def verify(evidence: Evidence) -> Verified:
    """Look at everything, and say all that is wrong."""
    chained = [r for r in evidence.records if HASH in r or SEQUENCE in r]
    rest = [r for r in evidence.records if HASH not in r and SEQUENCE not in r]
    sound = [r for r in chained if _number(r) > 0]
    ordered = sorted(sound, key=_number)
    first = ordered[0] if ordered else {}
    findings = [
        *(found for r in chained for found in _content(r, evidence.service)),
        *_order(sound),
        *_links(ordered),
        *_head(ordered, evidence),
        *_anchors(ordered, evidence),
        *_outside(rest, str(first.get("ended_at", ""))),
    ]
    return Verified(
        service=evidence.service,
        chained=len(chained),
        before=sum("outcome" in r for r in rest),
        open=sum("outcome" not in r for r in rest),
        anchored=len({a.sequence for a in evidence.anchors}),
        began=str(first.get("deployment_id", "")),
        findings=tuple(findings),
    )


def _number(record: Mapping[str, Any]) -> int:
    """Return a record's number; 0, which none has, for what is no number."""
    return chain.integer(record.get(SEQUENCE)) or 0


def _found(code: str, what: str, record: Mapping[str, Any]) -> Finding:
    return Finding(code, what, str(record.get("deployment_id", "")))


def _content(record: Record, service: str) -> Iterator[Finding]:
    try:
        same = chain.digest(record) == record.get(HASH)
    except (TypeError, ValueError):
        same = False
    if not same:
        yield _found("CHANGED", "its hash is not that of its content: it was changed since it was closed", record)
    if record.get("service") != service:
        yield _found("FOREIGN", f"it is of {record.get('service')!r}, and stands among those of {service}", record)


def _order(records: Sequence[Record]) -> Iterator[Finding]:
    for before, after in pairwise(records):
        if _number(after) < _number(before):
            yield _found("REORDERED", f"number {_number(after)} stands after number {_number(before)}", after)


def _links(ordered: Sequence[Record]) -> Iterator[Finding]:
    start: Record = {SEQUENCE: 0, HASH: NONE_BEFORE}
    for before, after in pairwise([start, *ordered]):
        last, number = _number(before), _number(after)
        if number == last:
            yield _found("DUPLICATE", f"there are two records with number {number}", after)
        elif number > last + 1:
            gap = f"record {last + 1} is" if number == last + 2 else f"records {last + 1} to {number - 1} are"
            yield _found("MISSING", f"{gap} gone from before this one", after)
        elif after.get(PREVIOUS) != before.get(HASH):
            yield _found("BROKEN", f"it does not name the hash of record {last}: one of the two was exchanged", after)


def _head(ordered: Sequence[Record], evidence: Evidence) -> Iterator[Finding]:
    head, last = evidence.head, ordered[-1] if ordered else None
    newest = _number(last) if last else 0
    if head is None:
        if last:
            yield _found("HEAD_MISSING", "this is the newest record, and there is no HEAD to say so", last)
    elif head.sequence > newest:
        what = f"HEAD is at record {head.sequence}, the chain ends at {newest}: the newest were cut off"
        yield Finding("TRUNCATED", what, head.deployment_id)
    elif last and (last.get(HASH), last.get("deployment_id"), evidence.service) != (
        head.hash,
        head.deployment_id,
        head.service,
    ):
        yield _found("HEAD_DIFFERS", f"this is the newest record, HEAD says {head.sequence} {head.deployment_id}", last)


def _anchors(ordered: Sequence[Record], evidence: Evidence) -> Iterator[Finding]:
    records = {_number(r): r for r in ordered}
    anchored = {a.sequence for a in evidence.anchors if a.service == evidence.service}
    for anchor in evidence.anchors:
        yield from _anchor(anchor, records.get(anchor.sequence), evidence.service)
    gone, newest = sorted(anchored - records.keys()), max(records, default=0)
    for code, numbers in (("MISSING", [n for n in gone if n < newest]), ("TRUNCATED", [n for n in gone if n > newest])):
        if numbers:
            yield Finding(code, f"anchored, and gone: {_some(numbers)}")
    for number, record in records.items():
        if "reported" in record and number not in anchored:
            yield _found("NOT_ANCHORED", "it was reported, which comes after its anchor, and that is gone", record)


def _anchor(anchor: Anchor, record: Record | None, service: str) -> Iterator[Finding]:
    if anchor.hidden:
        yield Finding("ANCHOR_HIDDEN", f"somebody deleted anchor {anchor.key}; the bucket kept what is under it")
    if anchor.service != service:
        yield Finding("FOREIGN", f"anchor {anchor.key} stands among those of {service}")
    elif record and record.get(HASH) != anchor.hash:
        what = f"the bucket has anchored another record {anchor.sequence}: the chain was rewritten"
        yield _found("REWRITTEN", what, record)


def _outside(records: Iterable[Record], began: str) -> Iterator[Finding]:
    for record in records:
        if "outcome" not in record:
            continue
        old = record.get("schema") == UNCHAINED_SCHEMA
        if not old or (began and str(record.get("ended_at", "")) > began):
            yield _found("UNCHAINED", "it has an outcome and no place in the chain: Landfall did not close it", record)


def _some(numbers: Sequence[int], most: int = 5) -> str:
    shown = ", ".join(map(str, numbers[:most]))
    return shown if len(numbers) <= most else f"{shown} and {len(numbers) - most} more"
