"""The evidence that ledger and bucket hold of a service, verified."""

from __future__ import annotations

from landfall import chain
from landfall.chain.check.chain_evidence import Evidence
from landfall.chain.check.verification import Verified, verify
from tests.steps import standin


def told() -> Verified:
    """Verify what ledger and bucket hold of the service."""
    records = sorted(standin.ledger().newest_first("sample"), key=chain.number)
    anchors = [anchor for key in standin.anchors() if (anchor := chain.anchor_at(key))]
    kept, signing = standin.ledger().head_as_kept("sample"), standin.signing()
    begun = signing.begun("sample")
    return verify(Evidence("sample", records, (kept,) if kept else (), anchors, signing.keys, begun=begun))
