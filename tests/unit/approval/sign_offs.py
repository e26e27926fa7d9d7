"""A sign-off that is waited for, and who answers it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from landfall.approval.approval import Approval
from landfall.approval.judgement import asked
from landfall.approval.may_answer import Said, answered
from landfall.door import identity
from landfall.settings.approval import ApprovalSettings
from tests.support import builders as b

ITEMS = ("backup taken", "support told")
ONE = ApprovalSettings("before", ("role/A", "role/B", "user/c"), checklist=ITEMS, expires_seconds=600)
OWN = ("aws", "123456789012")
END = b.NOW + timedelta(seconds=600)


def approval(*, four_eyes: bool = False, requester: str = "") -> Approval:
    """Return a sign-off that waits."""
    return asked(replace(ONE, four_eyes=four_eyes), b.NOW, OWN, requester)


def said(role: str, items: tuple[str, ...] = ITEMS, *, yes: bool = True, session: str = "s1", reason: str = "") -> Said:
    """Return what a session of a role says."""
    arn = f"arn:aws:sts::123456789012:assumed-role/{role}/{session}"
    who = identity.of(arn)
    assert who is not None
    return Said(who, arn, yes, items, reason)


WAITING = approval()
APPROVED = answered(WAITING, said("A"), b.NOW).approval or WAITING
REFUSED = answered(WAITING, said("A", yes=False, reason="the graphs are red"), b.NOW).approval or WAITING
