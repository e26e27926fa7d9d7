"""CheckApproval, AwaitApproval and Approve: people are asked once, and an answer is recorded and wakes the machine."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

import pytest
from moto.core.exceptions import JsonRESTError
from moto.stepfunctions.models import StepFunctionBackend

from landfall.approval import approval
from landfall.approval.approval import Approval, ApprovalStage
from landfall.errors import StepError
from landfall.model import Outcome
from landfall.telling import approval_notice
from tests.steps import machine, standin
from tests.steps.approvals.asked_release import RELEASE, SERVICE, answer, check, kept, release, wait
from tests.steps.shared.published import sent
from tests.support import builders as b
from tests.support import sign_off


@pytest.fixture
def used(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the task tokens that are used: moto takes every token, and tells nobody."""
    tokens: list[str] = []
    monkeypatch.setattr(StepFunctionBackend, "send_task_success", lambda _, token, __: tokens.append(token))
    return tokens


def test_people_are_asked_and_told_once_and_the_lock_is_given_back(aws: int) -> None:
    """Others take their turn while people think; a second look asks nothing and tells nobody again."""
    asking = release()
    assert check(asking)["code"] == check(asking)["code"] == check(asking, 2)["code"] == "APPROVAL_AWAITED"

    assert not [lock for lock in standin.locks() if lock["service"] == SERVICE and lock.get("owner")]
    ((_, message, *_),) = [each for each in sent() if "waits for your approval" in each[2]]
    assert f"landfall approve {asking.deployment_id} --check backup" in message
    assert kept().told


def test_a_yes_wakes_the_machine_and_takes_it_on(aws: int, used: list[str]) -> None:
    """The token of the newest wait is used, and the next look passes."""
    asking = release()
    check(asking)
    wait(asking, "first")
    wait(asking, "second")
    said = answer("A", reason="see CASE-123")

    assert (said["statusCode"], json.loads(said["body"])["status"]) == (200, 200)
    assert used == ["second"]
    assert check(asking, 2)["code"] == "APPROVED"
    assert "CASE-123" not in kept().answers[0].reason


def test_an_answer_counts_if_nobody_can_be_woken(aws: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that timed out, or none at all, costs time and nothing else."""
    asking = release()
    check(asking)
    wait(asking, "gone")

    def gone(*_: object) -> None:
        raise JsonRESTError("TaskTimedOut", "Task Timed Out")

    monkeypatch.setattr(StepFunctionBackend, "send_task_success", gone)
    assert answer("A")["statusCode"] == 200
    assert kept().stage == ApprovalStage.APPROVED


def test_a_token_of_another_deployment_is_not_used(aws: int, used: list[str]) -> None:
    """An answer to one deployment does not wake another."""
    asking = release()
    check(asking)
    wait(replace(asking, deployment_id="20260102T030405Z-another"), "another")

    assert answer("A")["statusCode"] == 200
    assert used == []


def test_opening_the_address_answers_nothing(aws: int) -> None:
    """GET is told which method there is, and is cached nowhere."""
    asking = release()
    check(asking)
    event = sign_off.event("A", service=SERVICE)
    event["requestContext"]["http"]["method"] = "GET"
    said = machine.invoke("approve", event)

    assert (said["statusCode"], said["headers"]["allow"]) == (405, "POST")
    assert said["headers"]["cache-control"] == "no-store"
    assert kept().answers == ()


def test_a_newer_request_takes_its_place(aws: int) -> None:
    """Whoever waits without the lock is skipped for a newer request, by hand too, unless that one was refused."""
    asking = release()
    check(asking)
    later = (datetime.fromisoformat(RELEASE.requested_at) + timedelta(minutes=1)).isoformat()
    newer = replace(RELEASE, deployment_id="20270102T030405Z-newer", requested_at=later, by_push=False, fence=0)
    standin.open_record(newer)

    assert check(asking, 2)["code"] == "APPROVAL_OVERTAKEN"
    assert answer("A")["statusCode"] == 409


def test_an_approved_release_does_not_go_live_after_a_newer_one(aws: int) -> None:
    """Its second turn finds that a newer request was approved meanwhile."""
    asking = release()
    check(asking)
    assert answer("A")["statusCode"] == 200
    later = (datetime.fromisoformat(RELEASE.requested_at) + timedelta(minutes=1)).isoformat()
    newer = replace(RELEASE, deployment_id="20270102T030405Z-newer", requested_at=later, by_push=False, fence=0)
    standin.open_record(newer)
    turn = {"release": asdict(asking), "owner": asking.execution_arn}
    locked = machine.invoke("acquire_lock", turn)
    assert locked["verdict"]["code"] == "LOCKED"
    check(replace(asking, fence=locked["release"]["fence"]))  # gives the lock back
    standin.ledger().update(SERVICE, newer.deployment_id, approval=approval.written(kept()))

    assert machine.invoke("acquire_lock", turn)["verdict"]["code"] == "OVERTAKEN"


def test_a_record_that_is_closed_asks_nobody(aws: int) -> None:
    """A deployment that a recovery closed goes no further."""
    asking = release()
    machine.invoke("report", asdict(b.ended(Outcome.REJECTED, release=asking, deployment=None)))

    with pytest.raises(StepError):
        check(asking)


def test_the_message_names_no_address_that_approves() -> None:
    """Mail scanners open links: the only one leads to the execution."""
    known = replace(_waiting(), checklist=("backup taken",), when="after")
    text = approval_notice.notice(RELEASE, known).text

    assert text.count("https://") == 1
    assert "lambda-url" not in text
    assert "--check 'backup taken'" in text
    assert "rolled back" in text


def _waiting() -> Approval:
    now = datetime.now(UTC).isoformat()
    return Approval(ApprovalStage.WAITING, "before", now, now, approvers=("arn:aws:iam::123456789012:role/A",))
