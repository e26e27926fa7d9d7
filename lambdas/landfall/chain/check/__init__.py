"""Verifies a service's chain: pure, so that it says the same of a ledger and of an export of it."""

from __future__ import annotations

from dataclasses import dataclass

from landfall.chain.check import anchors, places, signatures
from landfall.chain.check.given import Evidence, Finding

__all__ = ["Evidence", "Finding", "Verified", "verify"]


@dataclass(frozen=True)
class Verified:
    """What was looked at, and what was found. `before` were closed before the chain began; `began` is its first.

    Of those in the chain `signed` are signed, and `covered` are from before signing and lie under the first that is.
    `notes` say what somebody added that decides nothing.
    """

    service: str
    chained: int
    before: int
    open: int
    anchored: int
    began: str
    findings: tuple[Finding, ...]
    signed: int = 0
    covered: int = 0
    notes: tuple[Finding, ...] = ()


def verify(evidence: Evidence) -> Verified:
    """Look at everything, and say all that is wrong."""
    found = (*places.findings(evidence), *signatures.findings(evidence), *anchors.findings(evidence))
    first = evidence.ordered[0] if evidence.ordered else {}
    return Verified(
        service=evidence.service,
        chained=len(evidence.placed),
        before=sum("outcome" in r for r in evidence.outside),
        open=sum("outcome" not in r for r in evidence.outside),
        anchored=len({a.sequence for a in evidence.anchors}),
        began=str(first.get("deployment_id", "")),
        findings=found,
        signed=len(evidence.signed),
        covered=signatures.covered(evidence),
        notes=tuple(
            Finding("PLANTED", f"anchor {anchor.key} is not Landfall's: it has no signature, and is not believed")
            for anchor in anchors.planted(evidence)
        ),
    )
