"""What is asked of stubs and anchors while the bucket is read a second time."""

from __future__ import annotations

from typing import Any

import pytest

from landfall.chain import HASH, SIGNATURE, Record
from landfall.chain.check.kept_evidence import Kept
from tests.campaigns.tampering import chains

SIGNED = chains.of(3)
UNSIGNED = chains.of(3, unsigned=3).records
LAST = SIGNED.records[2]
ASKED: dict[str, tuple[Record, int, Any, str | None]] = {
    "a signed one": (LAST, 3, LAST[HASH], LAST[SIGNATURE]),
    "one from before closings were signed": (UNSIGNED[2], 3, UNSIGNED[2][HASH], ""),
    "one whose signature is no text": (LAST | {SIGNATURE: 7}, 3, LAST[HASH], ""),
    "another hash at its number": (LAST, 3, SIGNED.records[1][HASH], None),
    "its hash at another number": (LAST, 2, LAST[HASH], None),
}


@pytest.mark.parametrize(("last", "number", "hash_", "signature"), ASKED.values(), ids=ASKED)
def test_an_anchor_is_given_the_signature_of_the_record_that_it_agrees_with(
    last: Record, number: int, hash_: str, signature: str | None
) -> None:
    """No signature (an empty one) and no such record (None) differ: only for the latter the anchor itself is read."""
    with Kept("sample", SIGNED.keys, any_order=True) as kept:
        kept.add(last)
        assert kept.shelf.signature(number, hash_) == signature


def test_anchors_that_are_read_anew_are_not_mixed_with_those_before() -> None:
    """One that is gone at the second reading must be missed, and one that is still there counts once."""
    with Kept("sample", SIGNED.keys, any_order=True) as kept:
        for anchor in SIGNED.anchors:
            kept.shelf.keep_anchor(anchor)
        kept.shelf.forget_anchors()
        for anchor in SIGNED.anchors[1:]:
            kept.shelf.keep_anchor(anchor)
        assert [anchor for anchor, _ in kept.shelf.anchors()] == list(SIGNED.anchors[1:])
        assert (kept.shelf.anchored(), list(kept.shelf.gone("sample"))) == (2, [2, 3])
