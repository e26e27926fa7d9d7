"""Compares a chain with its anchors in the report bucket. Anybody who may write to the bucket can add an anchor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from landfall.chain import Anchor
from landfall.chain.check import shelf
from landfall.chain.check.chain_evidence import Finding, found
from landfall.chain.check.kept_evidence import Kept
from landfall.chain.check.stub import Stub, token

_SHOWN = 5


def planted(kept: Kept) -> list[Anchor]:
    """Return the anchors that match no record and are not Landfall's, and leave them out of the check.

    Since signing began, an anchor has the record's signature. An anchor that was added later for an older record is
    `late`.
    """
    first = kept.first_signed
    since = first.number if first else 0
    strange = [(at, anchor) for at, anchor in kept.shelf.strange() if not _is_own(anchor, kept, since)]
    kept.shelf.plant(at for at, _ in strange)
    return [anchor for _, anchor in strange]


def _is_own(anchor: Anchor, kept: Kept, since: int) -> bool:
    if not since or anchor.service != kept.service:
        return True
    if any(key.signed(anchor.hash, anchor.signature) for key in kept.keys):
        return True
    return anchor.sequence < since and not anchor.late


def findings(kept: Kept) -> Iterator[Finding]:
    """Compare the chain with its anchors, without the planted ones."""
    for anchor, record in kept.shelf.anchors():
        yield from _anchor(anchor, record, kept.service)
    newest = last.number if (last := kept.newest) else 0
    for code, is_so in (("MISSING", newest.__gt__), ("TRUNCATED", newest.__lt__)):
        gone = filter(is_so, kept.shelf.gone(kept.service))
        if numbers := list(islice(gone, _SHOWN)):
            yield Finding(code, f"these records have anchors, but are gone: {_some(numbers, sum(1 for _ in gone))}")
    for record in kept.shelf.stubs(shelf.NOT_ANCHORED, token(kept.service)):
        yield found(
            "NOT_ANCHORED", "it has a report, which is written after its anchor, but the anchor is gone", record
        )


def _anchor(anchor: Anchor, record: Stub | None, service: str) -> Iterator[Finding]:
    if anchor.hidden:
        yield Finding(
            "ANCHOR_HIDDEN",
            f"somebody deleted anchor {anchor.key}; the bucket kept the version under the delete marker",
        )
    if anchor.service != service:
        yield Finding(
            "FOREIGN", f"anchor {anchor.key} is among the anchors of {service}, but belongs to another service"
        )
    elif record and record.hash != token(anchor.hash):
        what = f"the bucket has an anchor of another record {anchor.sequence}: the chain was rewritten"
        yield found("REWRITTEN", what, record)
    elif record and anchor.signature and token(anchor.signature) != record.signature:
        yield found("ANCHOR_CHANGED", "its anchor holds another signature than the record", record)


def _some(numbers: Sequence[int], more: int) -> str:
    shown = ", ".join(map(str, numbers))
    return f"{shown} and {more} more" if more else shown
