"""Decides whether an answer to a sign-off counts, and how the function replies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from landfall.approval.approval import MOST_TURNED_AWAY, Answer, Approval, ApprovalStage, TurnedAway
from landfall.approval.approval_words import approvals, listed
from landfall.door.identity import Identity
from landfall.door.reply import ACCEPTED, BAD_REQUEST, CONFLICT, FORBIDDEN, OK, Reply


@dataclass(frozen=True)
class Said:
    """A caller's answer: yes or no, the confirmed items, and why. `arn` and `who` identify the caller, as AWS says."""

    who: Identity
    arn: str
    yes: bool
    items: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Heard(Reply):
    """The reply to an answer. `approval` is written to the record; None changes nothing."""

    approval: Approval | None = None


def answered(approval: Approval, said: Said, now: datetime) -> Heard:
    """Return the reply to an answer."""
    who = str(said.who)
    readable = approval.stage != ApprovalStage.UNKNOWN  # one that can't be read names no approvers either
    if readable and (why := _may_not(approval, who, yes=said.yes)):
        return _turned_away(approval, TurnedAway(who, now.isoformat(), why))
    if why := _too_late(approval, now):
        return Heard(CONFLICT, why)
    answer = Answer(who, said.arn, now.isoformat(), said.yes, said.items, said.reason)
    if not said.yes:
        refused = replace(
            approval, stage=ApprovalStage.REFUSED, ended_at=answer.at, answers=(*approval.answers, answer)
        )
        return Heard(OK, f"refused by {who}", refused)
    return _approved(approval, answer)


def _approved(approval: Approval, answer: Answer) -> Heard:
    if earlier := next((each for each in approval.approved_by if each.who == answer.who), None):
        another = "; four eyes need a second role or user, and another session of the same role is not one"
        return Heard(CONFLICT, f"already approved by {earlier.who} at {earlier.at}{another}")
    if unknown := [item for item in answer.items if item not in approval.checklist]:
        return Heard(BAD_REQUEST, f"no such item: {listed(unknown)}; the checklist is: {listed(approval.checklist)}")
    if missing := [item for item in approval.checklist if item not in answer.items]:
        return Heard(BAD_REQUEST, f"not confirmed: {listed(missing)}; the deployment still waits")
    heard = replace(approval, answers=(*approval.answers, answer))
    if heard.yeses_left:
        return Heard(ACCEPTED, f"approved by {answer.who}; a second approver is needed", heard)
    return Heard(OK, f"approved by {answer.who}", replace(heard, stage=ApprovalStage.APPROVED, ended_at=answer.at))


def _may_not(approval: Approval, who: str, *, yes: bool) -> str:
    """Return why the caller may not answer; empty if they may. The requester may reject the release, not approve it."""
    if who not in approval.approvers:
        return f"{who} is not in `approvers` of this service's approval settings"
    if yes and approval.four_eyes and who == approval.requester:
        return f"{who} asked for this deployment, and `four_eyes` is set: someone else must approve it"
    return ""


def _turned_away(approval: Approval, caller: TurnedAway) -> Heard:
    """Record the caller once, while there is something to answer."""
    known = any((each.who, each.why) == (caller.who, caller.why) for each in approval.turned_away)
    full = len(approval.turned_away) >= MOST_TURNED_AWAY
    if approval.stage != ApprovalStage.WAITING or known or full:
        return Heard(FORBIDDEN, caller.why)
    return Heard(FORBIDDEN, caller.why, replace(approval, turned_away=(*approval.turned_away, caller)))


def _too_late(approval: Approval, now: datetime) -> str:
    """Return why no answer counts any more; empty if one does."""
    expired = f"expired at {approval.expires_at}; release again"
    match approval.stage:
        case ApprovalStage.WAITING:
            return expired if now >= datetime.fromisoformat(approval.expires_at) else ""
        case ApprovalStage.APPROVED:
            return f"already approved by {approvals(approval)}"
        case ApprovalStage.REFUSED:
            last = approval.answers[-1]
            return f"already refused by {last.who} at {last.at}; release again"
        case ApprovalStage.EXPIRED:
            return expired
        case ApprovalStage.OVERTAKEN:
            return "a newer request for this service took its place; approve that one"
        case ApprovalStage.UNKNOWN:
            return "the record of this sign-off can't be read; release again"
    assert_never(approval.stage)
