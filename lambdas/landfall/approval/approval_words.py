"""The sentences about a sign-off, for verdicts, records, reports and `status`."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from typing import assert_never

from landfall.approval.approval import Answer, Approval, ApprovalStage


def listed(items: Iterable[str]) -> str:
    """Return items in quotation marks, or `none`."""
    return ", ".join(f'"{item}"' for item in items) or "none"


def approvals(approval: Approval) -> str:
    """Return who said yes, and when."""
    return ", ".join(f"{answer.who} at {answer.at}" for answer in approval.approved_by) or "nobody"


def may_approve(approval: Approval) -> list[str]:
    """Return who may still say yes."""
    done = {answer.who for answer in approval.approved_by}
    return [who for who in eligible(approval) if who not in done]


def eligible(approval: Approval) -> list[str]:
    """Return the approvers without the requester, who can't be one of `four_eyes`."""
    return [who for who in approval.approvers if not (approval.four_eyes and who == approval.requester)]


def waits(approval: Approval) -> str:
    """Say whose approval a deployment waits for, what they must confirm, and until when."""
    may = may_approve(approval)
    so_far = f"; approved so far by {approvals(approval)}" if approval.approved_by else ""
    count = f"{approval.yeses_left} of " if approval.four_eyes else ""
    items = f"; items to confirm: {listed(approval.checklist)}" if approval.checklist else ""
    people = f"{count}{' or '.join(may)}" if may else "nobody: no approver is left"
    return f"waits for approval by {people}, until {approval.expires_at}{items}{so_far}"


def ended(approval: Approval) -> str:
    """Say how a sign-off ended."""
    match approval.stage:
        case ApprovalStage.WAITING:
            return waits(approval)
        case ApprovalStage.APPROVED:
            return f"approved by {approvals(approval)}"
        case ApprovalStage.REFUSED:
            last = approval.answers[-1]
            why = f": {last.reason}" if last.reason else ""
            return f"refused by {last.who} at {last.at}{why}"
        case ApprovalStage.EXPIRED:
            return f"expired at {approval.expires_at}; approved until then by {approvals(approval)}"
        case ApprovalStage.OVERTAKEN:
            return "a newer request for the service arrived while this one waited for approval"
        case ApprovalStage.UNKNOWN:
            return "the record of the sign-off can't be read, so nothing is approved"
    assert_never(approval.stage)


WHEN = {"before": "before anything was changed", "after": "after all proofs had passed"}
UNTIL_THEN = {
    "before": "nothing was changed yet; without a yes the release is rejected, and a newer request takes its place",
    "after": "the release is live and proven, and the lock is held; without a yes it is rolled back",
}
"""The state of the release while it waits, and what happens without an approval."""


def to_answer(approval: Approval, deployment_id: str, options: str = "") -> tuple[str, str]:
    """Return the commands that approve and reject. `options` are the command-line options that name the environment."""
    items = "".join(f" --check {shlex.quote(item)}" for item in approval.checklist)
    yes = f"landfall approve {deployment_id}{items}{options}"
    return yes, f"landfall reject {deployment_id} --reason TEXT{options}"


def full(approval: Approval | None) -> tuple[tuple[str, str], ...]:
    """Return the whole record of a sign-off, each part with a label; empty if nobody was asked."""
    if approval is None:
        return ()
    asked = (("sign-off asked", f"{approval.asked_at}, {WHEN[approval.when]}"),) if approval.asked_at else ()
    answers = (("sign-off answer", _said(answer)) for answer in approval.answers)
    others = (("turned away", f"{each.who} at {each.at}: {each.why}") for each in approval.turned_away)
    return (("sign-off", ended(approval)), *asked, *answers, *others)


def _said(answer: Answer) -> str:
    word = "yes" if answer.yes else "no"
    items = f"; confirmed: {listed(answer.items)}" if answer.items else ""
    why = f"; reason: {answer.reason}" if answer.reason else ""
    return f"{answer.who} said {word} at {answer.at} (as {answer.arn}){items}{why}"
