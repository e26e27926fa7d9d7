"""A deployment's sign-off on the pages: who must answer and until when, who answered what, and how to answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cli.ui.views import page_words
from landfall.approval import approval_words
from landfall.approval.approval import Answer, Approval, ApprovalStage
from landfall.door import identity

STATES = {
    ApprovalStage.WAITING: ("warn", "waits"),
    ApprovalStage.APPROVED: ("proven", "approved"),
    ApprovalStage.REFUSED: ("failed", "refused"),
    ApprovalStage.EXPIRED: ("failed", "expired"),
    ApprovalStage.OVERTAKEN: ("unknown", "overtaken"),
    ApprovalStage.UNKNOWN: ("unknown", "unknown"),
}
"""The style sheet's class and the word for each stage."""
CUT_SHORT = ("unknown", "not answered")
"""The class and the word for a sign-off that still waited when its deployment ended."""
YES, NO, TURNED_AWAY = ("add", "✓ yes"), ("del", "✕ no"), ("soft", "turned away")
"""The class and the word for each answer."""


@dataclass(frozen=True)
class Person:
    """Somebody whose answer counted or was refused. `whole` is the person's identity as AWS names it."""

    name: str
    whole: str
    kind: str
    said: str
    at: str
    items: str
    why: str


@dataclass(frozen=True)
class SignOff:
    """What a page says of a sign-off. `yes` and `no` are the commands to answer; empty once no answer counts."""

    state: str
    word: str
    says: str
    pairs: tuple[tuple[str, str], ...]
    people: tuple[Person, ...]
    yes: str = ""
    no: str = ""

    @property
    def waits(self) -> bool:
        """Say whether somebody can still answer."""
        return bool(self.yes)


def of(known: Approval, deployment: str, now: datetime, options: str, *, under_way: bool) -> SignOff:
    """Return what a deployment's page says of its sign-off. `options` are the command-line options to add."""
    state, word = STATES[known.stage]
    waits = known.stage == ApprovalStage.WAITING
    if waits and not under_way:
        state, word = CUT_SHORT
    answers = under_way and waits and _left(known, now) > 0
    yes, no = approval_words.to_answer(known, deployment, options) if answers else ("", "")
    told = (
        (
            "asked",
            f"{page_words.clock(known.asked_at)} UTC, {approval_words.WHEN[known.when]}" if known.asked_at else "",
        ),
        ("who may say yes", names(known, approval_words.eligible(known))),
        ("how many", "two different people, and not who asked for it" if known.four_eyes else ""),
        ("asked for by", names(known, [known.requester]) if known.four_eyes and known.requester else ""),
        ("items to confirm", "; ".join(known.checklist)),
        ("until", f"{page_words.clock(known.expires_at)} UTC" if known.expires_at else ""),
        ("without a yes", approval_words.UNTIL_THEN[known.when] if answers else ""),
    )
    pairs = tuple((name, text) for name, text in told if text)
    return SignOff(state, word, says(known, now, under_way=under_way), pairs, _people(known), yes, no)


def says(known: Approval, now: datetime, *, under_way: bool = True) -> str:
    """Say in one sentence what the state of a sign-off is."""
    match known.stage:
        case ApprovalStage.WAITING if not under_way:
            return "The deployment ended before anybody who was asked had decided."
        case ApprovalStage.WAITING:
            over = "" if _left(known, now) > 0 else ": its time is over"
            return f"It waits for {awaited(known)}, until {page_words.clock(known.expires_at)} UTC{over}."
        case ApprovalStage.APPROVED:
            return f"{_each(known, known.approved_by)}."
        case ApprovalStage.REFUSED:
            last = known.answers[-1]
            return f"{_each(known, [last])}{f': {last.reason}' if last.reason else '.'}"
        case ApprovalStage.EXPIRED:
            so_far = f"; until then: {_each(known, known.approved_by)}" if known.approved_by else ""
            return f"Nobody said the last yes in time, until {page_words.clock(known.expires_at)}{so_far}."
        case ApprovalStage.OVERTAKEN:
            return "A newer request for the service arrived while this one waited, and took its place."
        case ApprovalStage.UNKNOWN:
            return "The record of the sign-off can't be read, so nothing is approved."


def awaited(known: Approval) -> str:
    """Say how many approvals are missing, and who may give them."""
    may = approval_words.may_approve(known)
    many = "a yes of" if not known.four_eyes else "two yeses of" if known.yeses_left > 1 else "a second yes of"
    return f"{many} {names(known, may)}" if may else "a yes, and no approver is left who may say it"


def until(known: Approval, now: datetime) -> str:
    """Say until when an answer counts, and how long that is."""
    return f"until {page_words.clock(known.expires_at)} UTC: {left(known, now)}"


def left(known: Approval, now: datetime) -> str:
    """Say how much time is left."""
    seconds = _left(known, now)
    return f"{page_words.span(seconds)} left" if seconds > 0 else "its time is over"


def names(known: Approval, who: Iterable[str]) -> str:
    """Return people by the ends of their ARNs, with the account if they belong to several accounts."""
    accounts = {found.account for each in known.approvers if (found := identity.named(each, "", ""))}
    return " or ".join(_name(each, several=len(accounts) > 1) for each in who)


def _name(arn: str, *, several: bool) -> str:
    who = identity.named(arn, "", "")
    if who is None:
        return arn
    return f"{who.kind}/{who.name} of account {who.account}" if several else f"{who.kind}/{who.name}"


def _left(known: Approval, now: datetime) -> float:
    ends = page_words.moment(known.expires_at)
    return (ends - now).total_seconds() if ends else 0.0


def _each(known: Approval, answers: Iterable[Answer]) -> str:
    told = [
        f"{names(known, [each.who])} said {'yes' if each.yes else 'no'} at {page_words.clock(each.at)}"
        for each in answers
    ]
    return ", ".join(told)


def _people(known: Approval) -> tuple[Person, ...]:
    answers = [
        Person(
            names(known, [each.who]),
            each.arn,
            *(YES if each.yes else NO),
            page_words.clock(each.at),
            "; ".join(each.items),
            each.reason,
        )
        for each in known.answers
    ]
    others = [
        Person(names(known, [each.who]), each.who, *TURNED_AWAY, page_words.clock(each.at), "", each.why)
        for each in known.turned_away
    ]
    return tuple(sorted((*answers, *others), key=lambda each: each.at))
