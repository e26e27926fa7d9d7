"""Judges one look at a sign-off: the deployment waits, goes on, or ends. Every look reads the record.

The task token only wakes the machine earlier: if a token is lost or used, the look comes later, and the result is the
same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from landfall.approval import approval_words
from landfall.approval.approval import AWAITED, Approval, ApprovalStage
from landfall.door.identity import named
from landfall.model import Verdict, failed, passed, wait
from landfall.settings.approval import ApprovalSettings

CODES = {
    ApprovalStage.REFUSED: "APPROVAL_REFUSED",
    ApprovalStage.EXPIRED: "APPROVAL_EXPIRED",
    ApprovalStage.OVERTAKEN: "APPROVAL_OVERTAKEN",
    ApprovalStage.UNKNOWN: "APPROVAL_UNKNOWN",
}


@dataclass(frozen=True)
class Looked:
    """The result of a look: the verdict, and the sign-off to write to the record."""

    approval: Approval
    verdict: Verdict


def asked(settings: ApprovalSettings, now: datetime, own: tuple[str, str], requester: str = "") -> Approval:
    """Return the sign-off that a deployment asks for. `own` is Landfall's partition and account."""
    found = (named(approver, *own) for approver in settings.approvers)
    return Approval(
        ApprovalStage.WAITING,
        settings.when,
        asked_at=now.isoformat(),
        expires_at=(now + timedelta(seconds=settings.expires_seconds)).isoformat(),
        approvers=tuple(dict.fromkeys(str(who) for who in found if who)),
        checklist=settings.checklist,
        four_eyes=settings.four_eyes,
        requester=requester,
    )


def judge(approval: Approval, now: datetime, poll: int, *, newer: bool = False) -> Looked:
    """Judge a sign-off. `newer`: a newer request for the service has arrived.

    A recorded answer counts, even if the look comes late. An approved release queues for the lock, which decides about
    newer requests. After the update a newer request waits for the lock, and changes nothing here.
    """
    if approval.stage == ApprovalStage.WAITING:
        if now >= datetime.fromisoformat(approval.expires_at):
            approval = replace(approval, stage=ApprovalStage.EXPIRED, ended_at=now.isoformat())
        elif newer and approval.when == "before":
            approval = replace(approval, stage=ApprovalStage.OVERTAKEN, ended_at=now.isoformat())
    reason = approval_words.ended(approval)
    if approval.stage == ApprovalStage.WAITING:
        left = datetime.fromisoformat(approval.expires_at) - now
        return Looked(approval, wait(AWAITED, reason, min(poll, int(left.total_seconds()) + 1)))
    if approval.stage == ApprovalStage.APPROVED:
        return Looked(approval, passed("APPROVED", reason))
    return Looked(approval, failed(CODES[approval.stage], reason))
