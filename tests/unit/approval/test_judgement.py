"""What a look at a sign-off says: it waits, goes on or ends, whatever became of the task token."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import pytest

from landfall.approval.approval import Approval, ApprovalStage, read, written
from landfall.approval.judgement import judge
from landfall.model import State
from tests.support import builders as b
from tests.unit.approval.sign_offs import APPROVED, END, REFUSED, WAITING, approval

POLL = 30
AFTER = replace(WAITING, when="after")
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("recorded", "now", "newer", "state", "code"),
    [
        (WAITING, b.NOW, False, State.WAIT, "APPROVAL_AWAITED"),
        (WAITING, END, False, State.FAIL, "APPROVAL_EXPIRED"),
        (WAITING, b.NOW, True, State.FAIL, "APPROVAL_OVERTAKEN"),
        (AFTER, b.NOW, True, State.WAIT, "APPROVAL_AWAITED"),
        (APPROVED, b.NOW, False, State.PASS, "APPROVED"),
        (APPROVED, END + timedelta(days=1), False, State.PASS, "APPROVED"),
        (APPROVED, b.NOW, True, State.PASS, "APPROVED"),
        (REFUSED, b.NOW, False, State.FAIL, "APPROVAL_REFUSED"),
        (REFUSED, END, True, State.FAIL, "APPROVAL_REFUSED"),
        (read({"approval": "{}"}), b.NOW, False, State.FAIL, "APPROVAL_UNKNOWN"),
    ],
)
def test_a_look(recorded: Approval, now: Any, newer: bool, state: State, code: str) -> None:
    """The record decides: a yes in time counts however late the look; a newer request ends a wait without a lock."""
    looked = judge(recorded, now, POLL, newer=newer)

    assert (looked.verdict.state, looked.verdict.code) == (state, code)
    assert (looked.approval.stage == ApprovalStage.WAITING) == (state == State.WAIT)
    ended_now = recorded.stage == ApprovalStage.WAITING and state == State.FAIL
    assert looked.approval.ended_at == (now.isoformat() if ended_now else recorded.ended_at)


def test_the_terms_are_those_of_the_settings_when_it_was_asked() -> None:
    """A later change of the settings changes no sign-off that waits."""
    asked = approval(four_eyes=True, requester="arn:aws:iam::123456789012:role/C")
    assert (asked.four_eyes, asked.requester) == (True, "arn:aws:iam::123456789012:role/C")
    assert (approval().four_eyes, approval().requester) == (False, "")


@pytest.mark.parametrize(("left", "retry"), [(600, POLL), (10, 11), (0.2, 1)])
def test_the_next_look_is_not_long_after_the_end(left: float, retry: int) -> None:
    """Near its end the wait is shorter than the poll, and never 0."""
    assert judge(WAITING, END - timedelta(seconds=left), POLL).verdict.retry_after == retry


def test_a_wait_says_who_which_items_and_until_when() -> None:
    """`status` shows this sentence: it must be enough to act on."""
    reason = judge(WAITING, b.NOW, POLL).verdict.reason

    for part in ("role/A", "user/c", '"backup taken"', END.isoformat()):
        assert part in reason


def test_a_refusal_says_who_and_why() -> None:
    """The reason of the person is the reason of the outcome."""
    assert "role/A at" in judge(REFUSED, b.NOW, POLL).verdict.reason
    assert "the graphs are red" in judge(REFUSED, b.NOW, POLL).verdict.reason


@pytest.mark.parametrize(
    "changes",
    [
        {"answers": []},
        {"four_eyes": True},
        {"approvers": []},
        {"checklist": ["backup taken", "support told", "another"]},
        {"stage": "GRANTED"},
        {"stage": "REFUSED"},
        {"expires_at": "soon"},
        {"expires_at": "2026-01-01T00:00:00"},
        {"surprise": 1},
    ],
)
def test_a_record_changed_by_hand_is_never_a_yes(changes: dict[str, Any]) -> None:
    """APPROVED counts only with the answers that it needs."""
    changed = read({"approval": json.dumps(json.loads(written(APPROVED)) | changes)})

    assert changed is not None
    assert changed.stage == ApprovalStage.UNKNOWN
    assert read({"approval": json.dumps(asdict(APPROVED))}) == APPROVED
    assert read({}) is None
