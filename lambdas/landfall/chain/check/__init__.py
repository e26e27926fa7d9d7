"""Verifies a service's chain: pure, so that it says the same of a ledger and of an export of it.

Records are gone through once. What is kept of each lies in a temporary database (shelf.py), so that a long history
takes no more memory than a short one.
"""

from __future__ import annotations

from dataclasses import dataclass

from landfall.chain.check import anchors, record_places, signatures
from landfall.chain.check.chain_evidence import Evidence, Finding
from landfall.chain.check.kept_evidence import Kept

__all__ = ["Evidence", "Finding", "Kept", "Verified", "judge", "verify"]


@dataclass(frozen=True)
class Verified:
    """What was looked at, and what was found. `before` were closed before the chain began; `began` is its first.

    Of those in the chain `signed` are signed, and `covered` are from before signing and lie under the first that is.
    `notes` say what somebody added that decides nothing. `since` is the number of the record that this check went on
    from: nothing before it was looked at. 0 where everything was.
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
    """Look at everything, and say all that is wrong."""
    with Kept.of(evidence) as kept:
        return judge(kept)


def judge(kept: Kept) -> Verified:
    """Say all that is wrong with what was kept of a service's evidence."""
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
