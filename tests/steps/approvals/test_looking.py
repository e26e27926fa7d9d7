"""A look at a sign-off reads the record, and writes an end only if no answer was faster."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from landfall.approval import approval
from landfall.approval.approval import Approval, ApprovalStage
from landfall.approval.judgement import asked
from landfall.aws.dynamodb.ledger import Ledger
from landfall.chain import Record
from landfall.settings.approval import ApprovalSettings
from landfall.steps.approvals.looking import ask, look
from tests.steps import machine, standin
from tests.support import builders as b
from tests.support import sign_off

KEY = (sign_off.RELEASE.service, sign_off.RELEASE.deployment_id)
WAITING = asked(ApprovalSettings("before", ("role/A",), ("backup",), expires_seconds=600), b.NOW, sign_off.OWN)
END = b.NOW + timedelta(seconds=600)


@pytest.fixture(autouse=True)
def ledger(aws: None) -> Ledger:
    """Return a ledger with a record that asked for approval."""
    machine.locked(sign_off.RELEASE)
    ask(KEY, WAITING, standin.ledger())
    return standin.ledger()


def kept() -> Approval | None:
    """Return the sign-off as the ledger has it."""
    return approval.read(standin.ledger().record(*KEY))


def test_asking_again_changes_nothing(ledger: Ledger) -> None:
    """A retried step neither forgets answers nor gives more time."""
    sign_off.taken(sign_off.event("A"), ledger, b.NOW)
    before = kept()
    ask(KEY, replace(WAITING, expires_at=(END + timedelta(days=1)).isoformat()), ledger)

    assert kept() == before


def test_it_waits_and_goes_on_after_a_yes(ledger: Ledger) -> None:
    """No token is needed: the next look finds the answer, even after the expiry."""
    assert look(KEY, ledger, b.NOW, 30, lambda: False).verdict.code == "APPROVAL_AWAITED"
    sign_off.taken(sign_off.event("A"), ledger, b.NOW)
    assert look(KEY, ledger, END, 30, lambda: True).verdict.code == "APPROVED"


@pytest.mark.parametrize(
    ("late", "newer", "code", "stage"),
    [
        (600, False, "APPROVAL_EXPIRED", ApprovalStage.EXPIRED),
        (0, True, "APPROVAL_OVERTAKEN", ApprovalStage.OVERTAKEN),
    ],
)
def test_an_end_is_written_and_no_answer_counts_any_more(
    ledger: Ledger, late: int, newer: bool, code: str, stage: ApprovalStage
) -> None:
    """What the machine acts on stands in the record, so a later yes is told that it came too late."""
    assert look(KEY, ledger, b.NOW + timedelta(seconds=late), 30, lambda: newer).verdict.code == code
    assert sign_off.taken(sign_off.event("A"), ledger, b.NOW).status == 409
    found = kept()
    assert found is not None
    assert found.stage == stage


class Answered:
    """A ledger in which a yes is written between what a look reads and what it writes."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def record(self, service: str, deployment_id: str) -> Record | None:
        """Read."""
        return self._ledger.record(service, deployment_id)

    def update(self, service: str, deployment_id: str, **fields: str) -> bool:
        """Set fields."""
        return self._ledger.update(service, deployment_id, **fields)

    def exchange(self, service: str, deployment_id: str, field: str, before: str, after: str) -> bool:
        """Let the approver be faster."""
        sign_off.taken(sign_off.event("A"), self._ledger, b.NOW)
        return self._ledger.exchange(service, deployment_id, field, before, after)


def test_a_yes_that_was_faster_than_the_expiry_counts(ledger: Ledger) -> None:
    """Whom Landfall told that the answer counts is never told otherwise later."""
    assert look(KEY, Answered(ledger), END, 30, lambda: False).verdict.code == "APPROVED"


def test_a_record_without_a_sign_off_is_no_approval(ledger: Ledger) -> None:
    """What is not there is never a yes."""
    assert look((KEY[0], "20260101T000000Z-none"), ledger, b.NOW, 30, lambda: False).verdict.code == "APPROVAL_UNKNOWN"
