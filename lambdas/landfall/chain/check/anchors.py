"""What the report bucket remembers of a chain. Whoever may write to the bucket can put an anchor there as well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from landfall import chain
from landfall.chain import HASH, SIGNATURE, Anchor, Record
from landfall.chain.check.given import Evidence, Finding, found


def planted(evidence: Evidence) -> tuple[Anchor, ...]:
    """Return the anchors that agree with no record and are not Landfall's: they say nothing.

    Since signing began an anchor carries the record's signature; what was added for a record of before came late.
    """
    records = _by_number(evidence)
    strange = (a for a in evidence.anchors if records.get(a.sequence, {}).get(HASH) != a.hash)
    return tuple(a for a in strange if not _is_own(a, evidence))


def _is_own(anchor: Anchor, evidence: Evidence) -> bool:
    since = evidence.signed_since
    if not since or anchor.service != evidence.service:
        return True
    if any(key.signed(anchor.hash, anchor.signature) for key in evidence.keys):
        return True
    return anchor.sequence < since and not anchor.late


def findings(evidence: Evidence) -> Iterator[Finding]:
    """Compare the chain with its anchors."""
    records, strangers = _by_number(evidence), planted(evidence)
    anchors = [anchor for anchor in evidence.anchors if anchor not in strangers]
    anchored = {a.sequence for a in anchors if a.service == evidence.service}
    for anchor in anchors:
        yield from _anchor(anchor, records.get(anchor.sequence), evidence.service)
    gone, newest = sorted(anchored - records.keys()), max(records, default=0)
    for code, numbers in (("MISSING", [n for n in gone if n < newest]), ("TRUNCATED", [n for n in gone if n > newest])):
        if numbers:
            yield Finding(code, f"anchored, and gone: {_some(numbers)}")
    for number, record in records.items():
        if "reported" in record and number not in anchored:
            yield found("NOT_ANCHORED", "it was reported, which comes after its anchor, and that is gone", record)


def _by_number(evidence: Evidence) -> Mapping[int, Record]:
    """Return a record of each number: of two the one that is signed."""
    return {chain.number(r): r for r in (*evidence.ordered, *evidence.signed)}


def _anchor(anchor: Anchor, record: Record | None, service: str) -> Iterator[Finding]:
    if anchor.hidden:
        yield Finding("ANCHOR_HIDDEN", f"somebody deleted anchor {anchor.key}; the bucket kept what is under it")
    if anchor.service != service:
        yield Finding("FOREIGN", f"anchor {anchor.key} stands among those of {service}")
    elif record and record.get(HASH) != anchor.hash:
        what = f"the bucket has anchored another record {anchor.sequence}: the chain was rewritten"
        yield found("REWRITTEN", what, record)
    elif record and anchor.signature and anchor.signature != record.get(SIGNATURE):
        yield found("ANCHOR_CHANGED", "its anchor holds another signature than it has", record)


def _some(numbers: Sequence[int], most: int = 5) -> str:
    shown = ", ".join(map(str, numbers[:most]))
    return shown if len(numbers) <= most else f"{shown} and {len(numbers) - most} more"
