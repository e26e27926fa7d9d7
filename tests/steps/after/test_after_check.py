"""AfterCheck, JSON in and JSON out: the function is asked, its answer is written down, and no call is made twice."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from moto.awslambda.models import LambdaBackend
from moto.core.exceptions import JsonRESTError
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends

from landfall.after import inquiry
from landfall.after.inquiry import InquiryStage
from landfall.errors import StepError
from landfall.ledger.deployment_record import Ended
from landfall.model import Failure, Outcome, failed
from tests.steps import killing, machine, standin
from tests.steps.after.checked_release import RELEASE, SERVICE, Function, asked, check, known, record
from tests.support import builders as b
from tests.support import schemas


@pytest.fixture
def event(function: Function) -> dict[str, Any]:
    """Return the step's input: the record is open, and the lock is held."""
    return asked()


def test_it_is_told_what_was_proven(event: dict[str, Any], function: Function) -> None:
    """By the published contract; the id of the deployment is the key by which it knows a second call."""
    assert check(event)["code"] == "AFTER_CHECK_PASSED"
    (told,) = function.told
    assert (told["source"], told["detail-type"]) == ("landfall", "Deployment Proven")
    schemas.holds("deployment-proven", told["detail"])
    assert told["detail"]["idempotency_key"] == RELEASE.deployment_id
    assert (told["detail"]["git_sha"], told["detail"]["call"]) == (b.SHA, 1)
    assert (known().stage, known().calls, known().called_at) == (InquiryStage.ACCEPTED, 1, "")


def test_a_no_fails_and_is_kept_without_secrets(event: dict[str, Any], function: Function) -> None:
    """In the verdict, which is in the execution's history, and in the record."""
    function.says = [{"ok": False, "reason": "CASE-77 fails", "details": {"case": "CASE-78"}}]
    verdict = check(event)
    assert (verdict["state"], verdict["code"]) == ("FAIL", "AFTER_CHECK_REFUSED")
    assert "fails" in verdict["reason"]
    text = json.dumps(verdict) + inquiry.written(known())
    assert "CASE-77" not in text
    assert "CASE-78" not in text


def test_a_replay_calls_it_no_second_time(event: dict[str, Any], function: Function) -> None:
    """The answer is in the record before the step answers, so a reply that is lost costs no call."""
    first = check(event)
    assert check(event) == first
    assert len(function.told) == 1


def throttled() -> JsonRESTError:
    """Return Lambda's answer where too many functions run."""
    return JsonRESTError("TooManyRequestsException", "Rate Exceeded.")


NO_ANSWERS: dict[str, tuple[Any, bool, str]] = {
    "throttled": (throttled(), False, "TooManyRequestsException"),
    "failed": ({"errorType": "KeyError", "errorMessage": "x"}, True, "it failed: KeyError"),
    "not understood": ({"hookStatus": "SUCCEEDED"}, False, "no `ok`"),
    "not yet": ({"ok": None, "reason": "the load test runs"}, False, "the load test runs"),
}


@pytest.mark.parametrize(("said", "fails", "told"), NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_no_answer_is_asked_again(event: dict[str, Any], function: Function, said: Any, fails: bool, told: str) -> None:
    """With the same key, and the call's own number; then its yes counts."""
    function.says, function.failed = [said, {"ok": True}], fails
    verdict = check(event)
    assert verdict["state"] == "WAIT"
    assert told in verdict["reason"]
    function.failed = False
    assert check(event)["state"] == "PASS"
    assert len({one["detail"]["idempotency_key"] for one in function.told}) == 1
    assert [one["detail"]["call"] for one in function.told] == [1, 2]


CHANGES = ("dynamodb:UpdateItem", "lambda:Invoke", "dynamodb:UpdateItem")
"""What the step does: the intent, the call, and the answer."""


@pytest.mark.parametrize(("nth", "calls"), [(1, 1), (2, 2), (3, 1)])
def test_killed_and_replayed(function: Function, event: dict[str, Any], nth: int, calls: int) -> None:
    """Killed after each of its changes: it is called again only where the answer had not been written down."""
    with killing.watched(killed_after=nth) as first, pytest.raises(killing.Killed):
        check(event)
    assert tuple(first.made) == CHANGES[:nth]
    assert check(event)["code"] == "AFTER_CHECK_PASSED"
    assert check(event)["code"] == "AFTER_CHECK_PASSED"
    assert len(function.told) == calls
    assert {told["detail"]["idempotency_key"] for told in function.told} == {RELEASE.deployment_id}


def test_a_call_whose_answer_was_lost_may_still_run(event: dict[str, Any], function: Function) -> None:
    """The step died while it waited. It is called again when it has ended by its own time limit."""
    function.says = [throttled(), {"ok": True}]
    check(event)
    begun = datetime.fromisoformat(known().began_at)
    record(called_at=begun.isoformat(), function_seconds=60)
    assert check(event)["code"] == "AFTER_CHECK_ANSWER_LOST"
    assert len(function.told) == 1
    record(called_at=(begun - timedelta(seconds=61)).isoformat())
    assert check(event)["code"] == "AFTER_CHECK_PASSED"


def test_without_an_answer_the_settings_decide(event: dict[str, Any], function: Function) -> None:
    """At the end of its time it is not called any more."""
    function.says = [throttled()]
    check(event)
    record(ends_at=known().began_at)
    verdict = check(event)
    assert (verdict["state"], verdict["code"]) == ("FAIL", "AFTER_CHECK_UNDECIDED")
    assert len(function.told) == 1
    record(undecided="accept")
    assert check(event)["code"] == "AFTER_CHECK_UNDECIDED_ACCEPTED"


def test_without_the_lock_it_is_not_called(event: dict[str, Any], function: Function) -> None:
    """Another deployment has taken over."""
    event["release"]["fence"] += 1
    assert check(event)["code"] == "LOCK_LOST"
    assert function.told == []


def test_a_deployment_that_is_over_asks_nobody(event: dict[str, Any], function: Function) -> None:
    """Its record was closed meanwhile."""
    closed = Ended(replace(RELEASE, fence=1), Outcome.ROLLED_BACK, failed("X", "x"))
    machine.invoke("report", asdict(closed))
    with pytest.raises(StepError):
        check(event)
    assert function.told == []


def test_its_answer_is_told(event: dict[str, Any], function: Function) -> None:
    """In the record that is sealed, in the report, and in the message."""
    function.says = [{"ok": False, "reason": "checkout fails", "details": {"orders": 0}}]
    verdict = check(event)
    release = replace(RELEASE, fence=event["release"]["fence"])
    failure = Failure("AfterCheck", verdict["code"], verdict["reason"])
    ended = asdict(Ended(release, Outcome.ROLLED_BACK, failed("X", "x"), b.baseline(), b.deployment(), failure))
    report = machine.invoke("report", ended)["report"]
    sealed = standin.ledger().record(SERVICE, RELEASE.deployment_id)
    assert sealed
    assert inquiry.read(sealed) == known()
    assert all("checkout fails" in standin.report(key) for key in standin.reports() if key.endswith(("md", "json")))
    machine.invoke("notify", {"ended": ended, "report": report})
    (topic,) = sns_backends[DEFAULT_ACCOUNT_ID][standin.REGION].topics.values()
    assert "sample-check:live refused: checkout fails" in str(topic.sent_notifications)


def preflight(attempt: int) -> dict[str, Any]:
    """Invoke Preflight for the service of the after-check, which runs an old release."""
    return dict(machine.invoke("preflight", {"release": asdict(RELEASE), "attempt": attempt})["verdict"])


def test_a_missing_function_is_refused_before_anything_is_touched(function: Function) -> None:
    """With the commands that make it; the first looks wait, since IAM and Lambda are eventually consistent."""
    standin.make_service(SERVICE, image=f"registry/landfall/{SERVICE}@{b.OLD_DIGEST}")
    standin.balance(SERVICE, "10.0.0.1")
    first, last = preflight(1), preflight(RELEASE.limits.smoke_attempts)
    assert (first["state"], last["state"], last["code"]) == ("WAIT", "FAIL", "AFTER_CHECK_NOT_FOUND")
    assert "aws lambda create-alias --function-name sample-check --name live" in last["reason"]
    assert function.told == []


def test_a_function_that_may_not_be_called_is_refused(function: Function, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lambda says so before the release needs it: nothing runs when that is asked."""
    standin.make_service(SERVICE, image=f"registry/landfall/{SERVICE}@{b.OLD_DIGEST}")
    standin.balance(SERVICE, "10.0.0.1")
    made = SimpleNamespace(get_configuration=lambda on_create=False: {"Timeout": 30, "on_create": on_create})
    monkeypatch.setattr(LambdaBackend, "get_function", lambda *_, **__: made)
    function.denies = True
    verdict = preflight(RELEASE.limits.smoke_attempts)
    assert (verdict["state"], verdict["code"]) == ("FAIL", "AFTER_CHECK_DENIED")
    assert function.told == []
