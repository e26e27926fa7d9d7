"""Sign-offs as the record keeps them: for the story's pictures, and for tests."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from landfall.approval import judgement
from landfall.approval.approval import Approval
from landfall.approval.may_answer import Said, answered
from landfall.door import identity
from landfall.settings.approval import ApprovalSettings, When
from tests.support.sign_off import OWN

ITEMS = ("backup taken", "support told")
APPROVERS = ("role/ReleaseManager", "user/ops-lead", "role/release")
REQUESTER = "arn:aws:iam::123456789012:role/release"
"""Who asks for the releases of the story."""
FOUR_HOURS = 14400


def asked(now: datetime, when: When = "before", **changes: Any) -> Approval:
    """Return a sign-off that waits, by two people unless `changes` say otherwise."""
    terms: dict[str, Any] = {"checklist": ITEMS, "four_eyes": True, "expires_seconds": FOUR_HOURS}
    return judgement.asked(ApprovalSettings(when, APPROVERS, **terms | changes), now, OWN, REQUESTER)


def said(known: Approval, who: str, at: datetime, *, yes: bool = True, reason: str = "") -> Approval:
    """Return a sign-off after somebody has answered it."""
    kind, _, name = who.partition("/")
    arn = f"arn:aws:sts::123456789012:assumed-role/{name}/s1" if kind == "role" else f"arn:aws:iam::123456789012:{who}"
    caller = identity.of(arn)
    assert caller is not None
    return answered(known, Said(caller, arn, yes, ITEMS if yes else (), reason), at).approval or known


def waiting(now: datetime, when: When = "before") -> Approval:
    """Return one that was asked for 40 minutes ago, has one yes of two, and turned somebody away."""
    minute = timedelta(minutes=1)
    known = said(asked(now - 40 * minute, when), "role/Developer", now - 31 * minute)
    return said(known, "user/ops-lead", now - 12 * minute, reason="the graphs are calm")


def approved(now: datetime) -> Approval:
    """Return one that two people signed."""
    return said(waiting(now), "role/ReleaseManager", now, reason="CASE-123")


def refused(now: datetime) -> Approval:
    """Return one that somebody refused after a yes."""
    return said(waiting(now), "role/ReleaseManager", now, yes=False, reason="not on a Friday")
