"""An answer to a sign-off is in the record before its sender is told, and no answer overwrites another."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from landfall import chain
from landfall.approval import approval
from landfall.approval.approval import Approval, ApprovalStage
from landfall.approval.judgement import asked
from landfall.aws.dynamodb.ledger import Ledger
from landfall.chain import Record
from landfall.ledger import deployment_record
from landfall.settings.approval import ApprovalSettings
from landfall.steps.approvals.taking import TRIES
from tests.steps import machine, standin
from tests.support import builders as b
from tests.support.sign_off import OWN, RELEASE, event, taken

SETTINGS = ApprovalSettings("before", ("role/A", "role/B"), checklist=("backup",), four_eyes=True)
WAITING = asked(SETTINGS, b.NOW, OWN)
FENCE: list[int] = []


@pytest.fixture(autouse=True)
def ledger(aws: None) -> Ledger:
    """Return a ledger with a record that waits for approval."""
    FENCE[:] = [machine.locked(RELEASE).fence]
    assert standin.ledger().update(RELEASE.service, RELEASE.deployment_id, approval=approval.written(WAITING))
    return standin.ledger()


def kept() -> Approval:
    """Return the sign-off as the ledger has it."""
    found = approval.read(standin.ledger().record(RELEASE.service, RELEASE.deployment_id))
    assert found is not None
    return found


def test_two_approvers_are_in_the_record_that_is_sealed(ledger: Ledger) -> None:
    """Who, when and which items are in what the record's hash covers."""
    assert [taken(event(role), ledger, b.NOW).status for role in "AAB"] == [202, 409, 200]
    assert kept().stage == ApprovalStage.APPROVED

    ended = b.ended(release=replace(RELEASE, fence=FENCE[0]))
    sealed = ledger.close(deployment_record.closed(ended, b.NOW))
    assert sealed is not None
    other = {**sealed, "approval": sealed["approval"].replace("role/B", "role/C")}
    assert chain.digest(sealed) != chain.digest(other)


def test_a_stranger_is_recorded_and_the_right_person_can_still_approve(ledger: Ledger) -> None:
    """The deployment goes on waiting, and the record names who tried."""
    assert taken(event("X"), ledger, b.NOW).status == 403
    assert (kept().stage, kept().turned_away[0].who) == (ApprovalStage.WAITING, "arn:aws:iam::123456789012:role/X")
    assert taken(event("A"), ledger, b.NOW).status == 202


@pytest.mark.parametrize(
    ("sent", "now", "status"),
    [
        (event("A", items=[]), b.NOW, 400),
        (event("A"), b.NOW + timedelta(days=1), 409),
        (event("A", deployment="20260101T000000Z-none"), b.NOW, 404),
        (event("A", service="other"), b.NOW, 404),
        ({}, b.NOW, 405),
        (event("A") | {"requestContext": {"http": {"method": "POST"}}}, b.NOW, 403),
    ],
)
def test_what_does_not_count_changes_nothing(ledger: Ledger, sent: dict[str, Any], now: datetime, status: int) -> None:
    """The record is as it was."""
    assert taken(sent, ledger, now).status == status
    assert kept() == WAITING


def test_a_deployment_that_is_over_takes_no_answer(ledger: Ledger) -> None:
    """A closed record is never written to."""
    ledger.close(deployment_record.closed(b.ended(release=replace(RELEASE, fence=FENCE[0])), b.NOW))

    assert taken(event("A"), ledger, b.NOW).status == 409
    assert kept() == WAITING


class Racing:
    """A ledger in which another role is faster between reading and writing. `lost`: the answer to the write is lost."""

    def __init__(self, ledger: Ledger, *roles: str, lost: bool = False) -> None:
        self._ledger, self._roles, self._lost = ledger, list(roles), lost

    def record(self, service: str, deployment_id: str) -> Record | None:
        """Read."""
        return self._ledger.record(service, deployment_id)

    def exchange(self, service: str, deployment_id: str, field: str, before: str, after: str) -> bool:
        """Let the next role be faster, then write."""
        if self._roles:
            taken(event(self._roles.pop(0)), self._ledger, b.NOW)
        written = self._ledger.exchange(service, deployment_id, field, before, after)
        return written and not self._lost


def test_of_two_answers_at_once_both_count(ledger: Ledger) -> None:
    """The slower one is decided again, on top of the faster one."""
    assert taken(event("B"), Racing(ledger, "A"), b.NOW).status == 200
    assert [answer.who[-1] for answer in kept().answers] == ["A", "B"]


def test_an_answer_whose_writing_was_not_confirmed_is_looked_up(ledger: Ledger) -> None:
    """Its sender is not told that somebody else, namely the sender, was faster."""
    assert taken(event("A"), Racing(ledger, lost=True), b.NOW).status == 202
    assert len(kept().answers) == 1


def test_an_answer_that_cannot_be_written_is_to_be_sent_again(ledger: Ledger) -> None:
    """After some tries the caller is told that nothing was written."""
    reply = taken(event("A"), Racing(ledger, *[f"X{n}" for n in range(TRIES)]), b.NOW)

    assert reply.status == 503
    assert kept().answers == ()
