"""Which deployments that are under way wait for people to sign them off."""

from __future__ import annotations

from cli.live_release import Live
from landfall.abort import aborted
from landfall.approval import approval, approval_words
from landfall.approval.approval import Approval, ApprovalStage
from landfall.chain import Record


def sign_off(record: Record) -> Approval | None:
    """Return the sign-off that a deployment waits for; None if it waits for none, or was aborted."""
    known = None if "outcome" in record or aborted.FIELD in record else approval.read(record)
    return known if known and known.stage == ApprovalStage.WAITING else None


def sign_offs(live: Live) -> list[tuple[Record, Approval]]:
    """Return a service's deployments that wait for people.

    The newest deployment need not be among them: a deployment that waits for a sign-off after its proof holds the lock,
    and newer deployments queue behind it.
    """
    return [(record, known) for record in live.unfinished if (known := sign_off(record))]


def said(live: Live) -> str:
    """Say whose sign-off a service's deployments wait for, and until when; empty if they wait for none."""
    return live.said((record, approval_words.waits(known)) for record, known in sign_offs(live))
