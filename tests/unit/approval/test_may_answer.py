"""Which answer to a sign-off counts, and what its sender is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landfall.approval import approval_words
from landfall.approval.approval import MOST_TURNED_AWAY, UNREADABLE, Approval, ApprovalStage, read, written
from landfall.approval.may_answer import Heard, Said, answered
from landfall.door.reply import CONFLICT
from tests.support import builders as b
from tests.unit.approval.sign_offs import END, ITEMS, approval, said


def after(waiting: Approval, *answers: Said, now: datetime = b.NOW) -> tuple[list[int], str, Approval]:
    """Return the status of each reply, the last message, and the sign-off as recorded."""
    statuses, message = [], ""
    for each in answers:
        reply = answered(waiting, each, now)
        statuses.append(reply.status)
        message, waiting = reply.message, reply.approval or waiting
    return statuses, message, waiting


def test_a_yes_with_all_items_approves_and_says_who_when_and_what() -> None:
    """The record names the identity, the ARN with its session, the time, the items and the reason."""
    _, message, end = after(approval(), said("A", reason="checked the graphs"))

    assert end.stage == ApprovalStage.APPROVED
    assert message == "approved by arn:aws:iam::123456789012:role/A"
    (answer,) = end.answers
    assert (answer.arn, answer.at) == ("arn:aws:sts::123456789012:assumed-role/A/s1", b.NOW.isoformat())
    assert (answer.items, answer.reason) == (ITEMS, "checked the graphs")
    assert end.ended_at == b.NOW.isoformat()
    assert after(approval(), said("A", yes=False))[2].ended_at == b.NOW.isoformat()
    assert after(approval(four_eyes=True), said("A"))[2].ended_at == ""


@pytest.mark.parametrize(
    ("answers", "statuses", "words", "stage"),
    [
        ([said("A", ("backup taken",))], [400], 'not confirmed: "support told"', ApprovalStage.WAITING),
        ([said("A", (*ITEMS, "typo"))], [400], 'no such item: "typo"', ApprovalStage.WAITING),
        ([said("A", ()), said("A")], [400, 200], "approved by", ApprovalStage.APPROVED),
        ([said("X")], [403], "role/X is not in `approvers`", ApprovalStage.WAITING),
        ([said("X"), said("B")], [403, 200], "approved by", ApprovalStage.APPROVED),
        ([said("X", yes=False)], [403], "is not in `approvers`", ApprovalStage.WAITING),
        (
            [said("A"), said("B")],
            [200, 409],
            "already approved by arn:aws:iam::123456789012:role/A at",
            ApprovalStage.APPROVED,
        ),
        ([said("A"), said("B", yes=False)], [200, 409], "already approved by", ApprovalStage.APPROVED),
        ([said("A", (), yes=False)], [200], "refused by", ApprovalStage.REFUSED),
        ([said("A", yes=False), said("B")], [200, 409], "already refused by", ApprovalStage.REFUSED),
    ],
)
def test_one_approver(answers: list[Said], statuses: list[int], words: str, stage: ApprovalStage) -> None:
    """One invited yes with every item approves; one invited no refuses; nothing else changes where it stands."""
    found, message, end = after(approval(), *answers)

    assert (found, end.stage) == (statuses, stage)
    assert words in message


@pytest.mark.parametrize(
    ("answers", "statuses", "words", "stage"),
    [
        ([said("A"), said("B")], [202, 200], "approved by", ApprovalStage.APPROVED),
        ([said("A"), said("A", session="s2")], [202, 409], "another session of the same role", ApprovalStage.WAITING),
        ([said("A"), said("B", ())], [202, 400], "not confirmed", ApprovalStage.WAITING),
        ([said("A"), said("B", yes=False)], [202, 200], "refused by", ApprovalStage.REFUSED),
        ([said("A"), said("A", yes=False)], [202, 200], "refused by", ApprovalStage.REFUSED),
    ],
)
def test_four_eyes(answers: list[Said], statuses: list[int], words: str, stage: ApprovalStage) -> None:
    """Two identities must say yes, each with every item; another session of the first is not a second."""
    found, message, end = after(approval(four_eyes=True), *answers)

    assert (found, end.stage) == (statuses, stage)
    assert words in message


def test_the_requester_is_no_approver_of_four_eyes_and_may_withdraw() -> None:
    """Whom AWS names as the requester can say no to the own release, and not yes."""
    waiting = approval(four_eyes=True, requester="arn:aws:iam::123456789012:role/A")

    assert after(waiting, said("A"))[0] == [403]
    assert after(waiting, said("A", yes=False))[2].stage == ApprovalStage.REFUSED


@pytest.mark.parametrize(("late", "status"), [(timedelta(seconds=-1), 200), (timedelta(), 409), (timedelta(1), 409)])
def test_an_answer_after_the_end_does_not_count(late: timedelta, status: int) -> None:
    """From the second of the expiry on, the reply says so and what to do, whether or not a look has recorded it."""
    reply = answered(approval(), said("A"), END + late)

    assert reply.status == status
    assert status == 200 or (reply.approval is None and f"expired at {END.isoformat()}; release again" in reply.message)


@pytest.mark.parametrize("yes", [True, False])
def test_the_record_says_when_a_sign_off_ended(yes: bool) -> None:
    """It is the time of the answer that ended it; the first of four eyes ends nothing."""
    ended = after(approval(), said("A", yes=yes), now=b.NOW + timedelta(seconds=7))[2]
    assert ended.ended_at == (b.NOW + timedelta(seconds=7)).isoformat()
    assert after(approval(four_eyes=True), said("A"))[2].ended_at == ""


def test_who_refused_is_told_and_not_who_answered_first() -> None:
    """Of four eyes the first may have said yes."""
    _, message, ended = after(approval(four_eyes=True), said("A"), said("B", yes=False), said("A"))
    assert message.startswith("already refused by arn:aws:iam::123456789012:role/B at ")
    assert approval_words.ended(ended).startswith("refused by arn:aws:iam::123456789012:role/B at ")


@pytest.mark.parametrize("yes", [True, False])
def test_who_comes_after_the_end_and_may_not_answer_is_not_recorded(yes: bool) -> None:
    """A record that is over does not grow."""
    _, _, ended = after(approval(), said("A", yes=yes), said("X"))
    assert ended.turned_away == ()


OVER = {
    "expired": (replace(approval(), stage=ApprovalStage.EXPIRED), f"expired at {END.isoformat()}; release again"),
    "overtaken": (
        replace(approval(), stage=ApprovalStage.OVERTAKEN),
        "a newer request for this service took its place; approve that one",
    ),
    "unreadable": (UNREADABLE, "the record of this sign-off can't be read; release again"),
}


@pytest.mark.parametrize("yes", [True, False])
@pytest.mark.parametrize(("ended", "says"), OVER.values(), ids=OVER)
def test_a_sign_off_that_ended_without_an_answer_takes_none(ended: Approval, says: str, yes: bool) -> None:
    """Neither a yes nor a no changes it, and the sender hears why and what to do instead."""
    assert answered(ended, said("A", yes=yes), b.NOW) == Heard(CONFLICT, says)


def test_callers_that_may_not_approve_cannot_fill_the_record() -> None:
    """Each is recorded once, and so many at most."""
    _, _, end = after(approval(), *[said(f"X{n % 30}") for n in range(90)])

    assert len(end.turned_away) == MOST_TURNED_AWAY


WORLDS = st.lists(
    st.builds(
        lambda role, items, yes, session: said(role, tuple(items), yes=yes, session=session),
        st.sampled_from("ABX"),
        st.lists(st.sampled_from((*ITEMS, "typo")), unique=True),
        st.booleans(),
        st.sampled_from(["s1", "s2"]),
    ),
    max_size=8,
)


@given(WORLDS, st.booleans())
def test_approved_means_enough_different_people_with_all_items(answers: list[Said], four_eyes: bool) -> None:
    """Whatever is sent in whatever order, APPROVED needs as many invited identities, each with the whole checklist."""
    _, _, end = after(approval(four_eyes=four_eyes), *answers)
    yes = {str(each.who) for each in answers if each.yes and set(each.items) == set(ITEMS) and each.who.name != "X"}

    assert read({"approval": written(end)}) == end
    if end.stage == ApprovalStage.APPROVED:
        assert {answer.who for answer in end.approved_by} <= yes
        assert len({answer.who for answer in end.approved_by}) >= 1 + four_eyes


def test_after_the_end_nobody_is_recorded_as_turned_away() -> None:
    """The record of a sign-off that ended stays as it ended."""
    _, _, end = after(approval(), said("A"))
    reply = answered(end, said("X"), b.NOW)
    assert (reply.status, reply.approval) == (403, None)


def test_a_refusal_is_of_who_refused() -> None:
    """With four eyes a yes may come before the no: whoever answers next hears who said no."""
    _, message, _ = after(approval(four_eyes=True), said("A"), said("B", yes=False), said("c"))
    assert message == "arn:aws:iam::123456789012:role/c is not in `approvers` of this service's approval settings"
    _, message, _ = after(approval(four_eyes=True), said("A"), said("B", yes=False), said("A"))
    assert message.startswith("already refused by arn:aws:iam::123456789012:role/B at")
