"""Verifies a service's chain. It is pure, so a ledger and its export give the same result.

It reads each record once, and keeps a short form in a temporary database (shelf.py), so that a long history takes no
more memory than a short one.
"""

from __future__ import annotations

from dataclasses import dataclass

from landfall.chain.check import anchors, record_places, signatures
from landfall.chain.check.chain_evidence import Evidence, Finding
from landfall.chain.check.kept_evidence import Kept


@dataclass(frozen=True)
class Verified:
    """What was read, and what was found. `before` counts records closed before the chain; `began` is the chain's first.

    Of the records in the chain, `signed` are signed, and `covered` are from before signing and covered by the first
    signed one. `notes` list additions by somebody that do no harm. `since` is the number of the record at which this
    check began: it read no earlier record. It is 0 if the check read everything.
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
    since: int = 0


def verify(evidence: Evidence) -> Verified:
    """Check everything, and return all findings."""
    with Kept.of(evidence) as kept:
        return judge(kept)


def judge(kept: Kept) -> Verified:
    """Return all findings in the kept evidence of a service."""
    planted = anchors.planted(kept)
    found = (*record_places.findings(kept), *signatures.findings(kept), *anchors.findings(kept))
    first = kept.first
    return Verified(
        service=kept.service,
        chained=kept.placed,
        before=kept.closed_outside,
        open=kept.open,
        anchored=kept.shelf.anchored(),
        began=first.deployment_id if first else "",
        findings=found,
        signed=kept.signed,
        covered=signatures.covered(kept),
        notes=tuple(
            Finding("PLANTED", f"anchor {anchor.key} is not Landfall's: it has no signature, so the check ignores it")
            for anchor in planted
        ),
        since=kept.since,
    )
