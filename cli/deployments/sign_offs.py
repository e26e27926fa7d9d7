"""Which deployments that are under way wait for people to sign them off."""

from __future__ import annotations

from cli.live_release import Live
from landfall.abort import aborted
from landfall.approval import approval, approval_words
from landfall.approval.approval import Approval, ApprovalStage
from landfall.chain import Record


def sign_off(record: Record) -> Approval | None:
    """Return the sign-off that a deployment waits for; None where it waits for none, or was aborted."""
    known = None if "outcome" in record or aborted.FIELD in record else approval.read(record)
    return known if known and known.stage == ApprovalStage.WAITING else None


def sign_offs(live: Live) -> list[tuple[Record, Approval]]:
    """Return a service's deployments that wait for people.

    It need not be the newest: one that is signed off after the proofs holds the lock, and newer ones queue behind it.
    """
    return [(record, known) for record in live.unfinished if (known := sign_off(record))]


def said(live: Live) -> str:
    """Return whom deployments of a service wait for, and until when; empty if they wait for nobody."""
    return live.said((record, approval_words.waits(known)) for record, known in sign_offs(live))
