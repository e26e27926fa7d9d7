"""Abort: who asks is in the record before the execution is stopped, and nobody else can stop one."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from types import SimpleNamespace
from typing import Any

import moto.backends
import pytest
from moto.core.exceptions import JsonRESTError
from moto.dynamodb.exceptions import ConditionalCheckFailed
from moto.dynamodb.models import DynamoDBBackend
from moto.stepfunctions.models import StepFunctionBackend

from landfall import chain
from landfall.abort import aborted
from landfall.abort.aborted import Aborted
from landfall.approval import approval
from landfall.ledger import deployment_record
from landfall.ledger.recovery import Progress
from landfall.model import Outcome
from tests.steps import machine, standin
from tests.steps.abort.requests import WHO, request
from tests.support import builders as b
from tests.ui import sign_offs

RELEASE = b.release()
_FAILED = {"Payload": {"verdict": {"state": "FAIL", "code": "BAD", "reason": "500"}}}
_WENT_BACK = [
    {"timestamp": b.NOW, "type": "TaskStateEntered", "stateEnteredEventDetails": {"name": "SmokeTest"}},
    {"timestamp": b.NOW, "type": "TaskSucceeded", "taskSucceededEventDetails": {"output": json.dumps(_FAILED)}},
    {"timestamp": b.NOW, "type": "TaskStateEntered", "stateEnteredEventDetails": {"name": "Rollback"}},
]
"""What Step Functions tells of an execution whose smoke test failed."""


@pytest.fixture(autouse=True)
def going(aws: int) -> int:
    """A deployment under way: its execution runs, its record is open, it has the lock. Returns the fence."""
    return machine.locked(RELEASE).fence


def sent(role: str = "OnCall", service: str = RELEASE.service) -> tuple[int, str]:
    """Invoke Abort as the function URL does. Return the status and the sentence."""
    said = machine.invoke("abort", request(replace(RELEASE, service=service), role))
    return int(said["statusCode"]), str(json.loads(said["body"])["message"])


def status() -> tuple[str, str]:
    """Return how the execution stands, and the cause that it shows."""
    found = standin.client("stepfunctions").describe_execution(executionArn=b.EXECUTION)
    return found["status"], found.get("cause", "")


def kept() -> Aborted | None:
    """Return what the record says."""
    return aborted.read(standin.ledger().record(RELEASE.service, RELEASE.deployment_id))


def test_the_execution_is_stopped_and_the_record_names_who_asked() -> None:
    """It is AWS's word, and the hash of the closed record covers it."""
    assert sent() == (200, f"aborted by {WHO}")
    assert status()[0] == "ABORTED"
    found = kept()
    assert (found and found.who, found and found.reason) == (WHO, "wrong colour")


def test_the_seal_covers_who_aborted(going: int) -> None:
    """A change of the name is a change of the chain."""
    sent()
    ended = b.ended(Outcome.ROLLED_BACK, release=replace(RELEASE, fence=going))
    sealed = standin.ledger().close(deployment_record.closed(ended, b.NOW))
    assert sealed is not None
    other = {**sealed, "abort": sealed["abort"].replace("OnCall", "Nobody")}
    assert chain.digest(sealed) != chain.digest(other)


def test_a_stranger_stops_nothing(site: Any) -> None:
    """`aborters` of the service names others, and the policy alone is not enough then."""
    release = replace(RELEASE, service="asked")
    standin.open_record(release)
    code, told = sent("Stranger", service="asked")

    assert (code, "`aborters`" in told) == (403, True)
    assert status()[0] == "RUNNING"
    assert "abort" not in (standin.ledger().record("asked", RELEASE.deployment_id) or {})


def test_a_second_call_stops_again_and_names_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS failed after the record was written: the caller is told, and sending it again stops the execution."""

    def busy(*_: object) -> None:
        raise JsonRESTError("ServiceUnavailable", "come back")

    with monkeypatch.context() as failing:
        failing.setattr(StepFunctionBackend, "stop_execution", busy)
        code, told = sent()
    assert (code, "was not stopped" in told, status()[0]) == (503, True, "RUNNING")

    assert sent("Other")[1].startswith(f"already aborted by {WHO}")
    assert status()[0] == "ABORTED"
    assert (kept() or Aborted("", "", "")).who == WHO


@pytest.mark.parametrize("late", [False, True])
def test_a_cause_fits_whoever_and_whatever(late: bool) -> None:
    """The longest role, session and reason give a cause that Step Functions takes, and a record that can be read."""
    body = {"service": RELEASE.service, "deployment": RELEASE.deployment_id, "reason": "ä" * 2000}
    event = {**request(RELEASE, "R" * 64), "body": json.dumps(body)}
    event["requestContext"]["authorizer"]["iam"]["userArn"] += "+=,.@-" * 10
    for _ in range(1 + late):
        assert machine.invoke("abort", event)["statusCode"] == 200
    found = kept()
    assert (found and found.reason.endswith("…"), status()[0]) == (True, "ABORTED")
    assert len(status()[1]) <= 1000


@pytest.mark.parametrize("recovered", [False, True])
def test_what_died_by_itself_was_aborted_by_nobody(recovered: bool) -> None:
    """The execution failed before: its record does not name whoever came later, and the reply says who goes back."""
    backend = moto.backends.get_backend("stepfunctions")["123456789012"]["us-east-1"]
    execution = backend.describe_execution(b.EXECUTION)
    execution.status = "TIMED_OUT"
    if recovered:
        record = standin.ledger().record(RELEASE.service, RELEASE.deployment_id)
        assert record
        assert standin.ledger().claim_recovery(record, f"{b.EXECUTION}-recover")
    code, told = sent()
    assert (code, kept(), status()[0]) == (200, None, "TIMED_OUT")
    assert "nothing was stopped, and no abort recorded: its execution ended TIMED_OUT" in told
    assert (f"{b.EXECUTION}-recover recovers it" if recovered else "recovery starts within 15 minutes") in told


@pytest.mark.parametrize("recovered", [False, True])
def test_a_deployment_that_ended_meanwhile_was_not_aborted(
    going: int, recovered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its record was closed between the writing and the stop: the caller hears that it was too late, with the outcome.

    StopExecution may answer as if it had stopped an execution that had ended: AWS does not document what it says. A
    recovery that has closed the record so soon is no such end.
    """

    def ends(self: Any, arn: str) -> Any:
        record = standin.ledger().record(RELEASE.service, RELEASE.deployment_id)
        assert record
        if recovered:
            standin.ledger().claim_recovery(record, f"{b.EXECUTION}-recover")
        machine.invoke("report", json.loads(json.dumps(_ended(going))))
        return SimpleNamespace(stop_date=b.NOW)

    monkeypatch.setattr(StepFunctionBackend, "stop_execution", ends)
    code, told = sent()
    assert (code, told.startswith("too late: it ended as REJECTED")) == ((200, False) if recovered else (409, True))


def test_a_status_that_can_not_be_read_records_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Could not decide: the caller sends it again, and no name stands where nothing was done."""

    def busy(*_: object) -> None:
        raise JsonRESTError("ServiceUnavailable", "come back")

    with monkeypatch.context() as failing:
        failing.setattr(StepFunctionBackend, "describe_execution", busy)
        code, told = sent()
    assert (code, told.startswith("nothing was recorded or stopped"), kept()) == (503, True, None)
    assert sent()[0] == 200


def test_a_record_that_names_another_execution_stops_nothing() -> None:
    """Somebody who may write the ledger points a deployment at another one's execution: neither is stopped."""
    standin.table().update_item(
        Key={"service": RELEASE.service, "deployment_id": RELEASE.deployment_id},
        UpdateExpression="SET execution_arn = :other",
        ExpressionAttributeValues={":other": b.EXECUTION.replace("-one", "-two")},
    )
    code, told = sent()
    assert (code, "somebody changed it" in told, kept(), status()[0]) == (409, True, None, "RUNNING")


def test_an_execution_that_is_over_is_left_to_its_recovery(monkeypatch: pytest.MonkeyPatch) -> None:
    """It ended between the look and the stop, without an outcome: the reply says when the recovery begins."""

    def over(*_: object) -> None:
        raise JsonRESTError("ExecutionDoesNotExist", "gone")

    monkeypatch.setattr(StepFunctionBackend, "stop_execution", over)
    code, told = sent()
    assert (code, "recovery starts within 15 minutes" in told) == (200, True)


def test_a_closed_record_stays_as_it_is(going: int) -> None:
    """The deployment ended in the meantime: nothing is written, nothing is stopped."""
    machine.invoke("report", json.loads(json.dumps(_ended(going))))
    code, told = sent()
    assert (code, "nothing to abort" in told, kept()) == (409, True, None)
    assert status()[0] == "RUNNING"


def _ended(fence: int) -> Any:
    return asdict(b.ended(Outcome.REJECTED, release=replace(RELEASE, fence=fence), deployment=None))


def test_opening_the_address_stops_nothing() -> None:
    """Mail scanners open links."""
    said = machine.invoke("abort", {"requestContext": {"http": {"method": "GET"}}})
    assert (said["statusCode"], status()[0]) == (405, "RUNNING")


def _recovered() -> dict[str, Any]:
    """Let a recovery begin, and return what it will do."""
    wanted = {"intent": "recover", "service": RELEASE.service, "deployment_id": RELEASE.deployment_id}
    execution = {**machine.EXECUTION, "arn": f"{b.EXECUTION}-recovery", "deployment_id": "20260102T040000Z-recovery"}
    return dict(machine.invoke("resolve", {"input": wanted, "execution": execution}))


def test_a_recovery_says_who_aborted() -> None:
    """Message, report and `why` begin with the person, not with the execution."""
    sent()
    answer = _recovered()

    assert answer["way"] == "STOPPED"
    assert answer["verdict"]["reason"].startswith(f"aborted by {WHO}")


def test_a_recovery_says_first_why_an_aborted_release_was_going_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody aborted it on its way back: what was wrong with the release stands before who aborted it."""
    progress = json.dumps(asdict(Progress(b.baseline(), b.deployment())))
    standin.ledger().update(RELEASE.service, RELEASE.deployment_id, progress=progress)
    sent()
    monkeypatch.setattr(StepFunctionBackend, "get_execution_history", lambda *_: {"events": _WENT_BACK})
    answer = _recovered()
    assert (answer["way"], answer["failure"]["state"], answer["failure"]["code"]) == ("RECOVER", "SmokeTest", "BAD")
    assert answer["failure"]["reason"].startswith(f"500; then: aborted by {WHO}")


def test_a_history_that_can_not_be_read_stops_no_recovery(monkeypatch: pytest.MonkeyPatch) -> None:
    """It only tells more: the way back goes on without it."""
    progress = json.dumps(asdict(Progress(b.baseline(), b.deployment())))
    standin.ledger().update(RELEASE.service, RELEASE.deployment_id, progress=progress)
    sent()

    def denied(*_: object) -> None:
        raise JsonRESTError("AccessDeniedException", "no")

    monkeypatch.setattr(StepFunctionBackend, "get_execution_history", denied)
    answer = _recovered()
    assert (answer["way"], answer["failure"]["state"]) == ("RECOVER", "Recovery")


def test_nobody_answers_for_an_aborted_deployment() -> None:
    """A yes after the abort would be told as counted, and nothing would go on."""
    asked = sign_offs.waiting(b.NOW)
    standin.ledger().update(RELEASE.service, RELEASE.deployment_id, approval=approval.written(asked))
    sent()
    body = {"service": RELEASE.service, "deployment": RELEASE.deployment_id, "answer": "approve"}
    said = machine.invoke("approve", {**request(RELEASE, "ReleaseManager"), "body": json.dumps(body)})
    assert (said["statusCode"], json.loads(said["body"])["message"].startswith(f"aborted by {WHO}")) == (409, True)


def test_of_two_aborts_at_once_one_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both read a record without an abort; whoever writes second hears who was first, and the execution is stopped."""
    first = aborted.written(Aborted("arn:aws:iam::1:user/first", "arn", "now"))
    write, firsts = DynamoDBBackend.update_item, [first]

    def late(self: Any, *args: Any, **more: Any) -> Any:
        if firsts:
            standin.ledger().update(RELEASE.service, RELEASE.deployment_id, abort=firsts.pop())
        return write(self, *args, **more)

    monkeypatch.setattr(DynamoDBBackend, "update_item", late)
    code, told = sent()
    assert (code, told.startswith("already aborted by arn:aws:iam::1:user/first")) == (200, True)
    assert (status()[0], (kept() or Aborted("", "", "")).who) == ("ABORTED", "arn:aws:iam::1:user/first")


def test_a_record_that_can_not_be_written_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each try is lost: an execution is not stopped without a name, and the caller sends it again."""

    def lost(*_: object, **__: object) -> None:
        raise ConditionalCheckFailed

    monkeypatch.setattr(DynamoDBBackend, "update_item", lost)
    code, told = sent()
    assert (code, "send it again" in told, kept(), status()[0]) == (503, True, None, "RUNNING")
