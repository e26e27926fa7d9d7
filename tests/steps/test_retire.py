"""Versions of functions are removed when nothing can call them any more, and not before."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto.awslambda.models import LambdaBackend, lambda_backends
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.responses import ActionResult
from moto.stepfunctions.models import stepfunctions_backends
from moto.stepfunctions.responses import StepFunctionResponse

from landfall.errors import StepError
from landfall.unused_versions import KEPT, LONGEST
from tests.steps import killing, machine, standin

WATCH = "landfall-build-watch"
FUNCTIONS = ("landfall-resolve", "landfall-read-build")
LONG_AGO = datetime.now(UTC) - KEPT - timedelta(days=1)


@pytest.fixture(autouse=True)
def _versions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three versions of two functions, each of a machine of its own; the machines name the third."""
    role = standin.client("iam").create_role(RoleName="step", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    for name in FUNCTIONS:
        code = {"S3Bucket": "code", "S3Key": "code"}
        monkeypatch.setenv("VALIDATE_LAMBDA_S3", "false")
        standin.client("lambda").create_function(
            FunctionName=name, Runtime="python3.13", Role=role, Handler="resolve.handler", Code=code
        )
        for number in (1, 2, 3):
            function("latest", name).code_or_config_updated = True
            assert standin.client("lambda").publish_version(FunctionName=name)["Version"] == str(number)
            published(name, number, LONG_AGO)
    standin.client("stepfunctions").create_state_machine(name=WATCH, definition="{}", roleArn=role)
    arns = [standin.MACHINE, standin.MACHINE.replace("landfall", WATCH)]
    monkeypatch.setenv("LANDFALL_STATE_MACHINES", " ".join(arns))
    for arn, name in zip(arns, FUNCTIONS, strict=True):
        standin.client("stepfunctions").update_state_machine(stateMachineArn=arn, definition=naming(name, 3))
    began_with(monkeypatch, {})
    for each in executions():
        standin.client("stepfunctions").stop_execution(executionArn=each)
    ended(LONG_AGO)


def function(which: Any, name: str = FUNCTIONS[0]) -> Any:
    """Return moto's own function or version."""
    known = lambda_backends[DEFAULT_ACCOUNT_ID][standin.REGION]._lambdas._functions[name]
    return known["latest"] if which == "latest" else next(v for v in known["versions"] if v.version == which)


def published(name: str, number: int, when: datetime) -> None:
    """Say when a version was published."""
    function(number, name).last_modified = f"{when:%Y-%m-%dT%H:%M:%S}.000+0000"


def naming(name: str, number: int) -> str:
    """Return a definition that names a version."""
    arn = f"arn:aws:lambda:{standin.REGION}:{DEFAULT_ACCOUNT_ID}:function:{name}:{number}"
    return json.dumps({"StartAt": "S", "States": {"S": {"Type": "Task", "Resource": arn, "End": True}}})


def began_with(monkeypatch: pytest.MonkeyPatch, numbers: dict[str, int]) -> None:
    """Let executions have begun with a definition of their own: moto tells of the machine's latest."""

    def describe(self: Any) -> ActionResult:
        arn = self._get_param("executionArn")
        text = naming(FUNCTIONS[0], next((n for end, n in numbers.items() if arn.endswith(end)), 3))
        return ActionResult(
            {"stateMachineArn": "", "name": "", "roleArn": "", "definition": text, "updateDate": datetime.now(UTC)}
        )

    monkeypatch.setattr(StepFunctionResponse, "describe_state_machine_for_execution", describe)


def executions() -> list[str]:
    """Return the deployments' executions."""
    found = standin.client("stepfunctions").list_executions(stateMachineArn=standin.MACHINE)["executions"]
    return [str(each["executionArn"]) for each in found]


def started(name: str) -> str:
    """Start an execution."""
    client = standin.client("stepfunctions")
    return str(client.start_execution(stateMachineArn=standin.MACHINE, name=name)["executionArn"])


def ended(when: datetime) -> None:
    """Say of every execution that is over when it ended."""
    (deploys,) = (
        m for m in stepfunctions_backends[DEFAULT_ACCOUNT_ID][standin.REGION].state_machines if m.arn == standin.MACHINE
    )
    for each in deploys.executions:
        each.stop_date = when if each.stop_date else None


def left(name: str = FUNCTIONS[0]) -> list[str]:
    """Return the versions that there are."""
    return [v["Version"] for v in standin.client("lambda").list_versions_by_function(FunctionName=name)["Versions"]][1:]


def test_what_nothing_names_is_removed_once_it_is_old() -> None:
    """Of every machine's functions; the third is named, and the first of the other function is young."""
    published(FUNCTIONS[1], 1, datetime.now(UTC) - KEPT + timedelta(hours=1))
    assert machine.invoke("retire", {}) == {"versions": 6, "removed": 3}
    assert (left(), left(FUNCTIONS[1])) == (["3"], ["1", "3"])
    assert machine.invoke("retire", {}) == {"versions": 3, "removed": 0}


def test_what_an_execution_may_still_call_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that runs, however long, and one that failed less than two weeks ago and may be redriven."""
    began_with(monkeypatch, {"runs": 1, "failed": 2})
    started("runs")
    standin.client("stepfunctions").stop_execution(executionArn=started("failed"))
    ended(datetime.now(UTC) - KEPT + LONGEST + timedelta(hours=1))
    assert machine.invoke("retire", {}) == {"versions": 6, "removed": 2}
    assert left() == ["1", "2", "3"]

    ended(datetime.now(UTC) - KEPT)
    assert machine.invoke("retire", {})["removed"] == 1
    assert left() == ["1", "3"]


def test_one_that_can_not_be_removed_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """The alarm tells of it, and the next look tries again."""
    remove = LambdaBackend.delete_function

    def refused(self: Any, name: str, qualifier: str | None = None) -> None:
        if qualifier == "1":
            standin.throttled()
        remove(self, name, qualifier)

    monkeypatch.setattr(LambdaBackend, "delete_function", refused)
    with pytest.raises(StepError, match="2 of 4 versions could not be removed"):
        machine.invoke("retire", {})
    assert left() == left(FUNCTIONS[1]) == ["1", "3"]


@pytest.mark.parametrize("nth", range(1, 5))
def test_killed_and_replayed(nth: int) -> None:
    """After any of the removals: the next look does the rest, and nothing more."""
    with killing.watched(nth) as calls, pytest.raises(killing.Killed):
        machine.invoke("retire", {})
    assert calls.made == ["lambda:DeleteFunction"] * nth
    assert machine.invoke("retire", {}) == {"versions": 6 - nth, "removed": 4 - nth}
    assert left() == left(FUNCTIONS[1]) == ["3"]
