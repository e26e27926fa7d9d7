"""A service's front, run from its own file: by itself, or in place of Step Functions where moto stands for AWS."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from moto.stepfunctions.models import StepFunctionBackend

from landfall import naming
from landfall.intake import recorded_requests
from statemachine.definition import Machine, definition_text
from tests.campaigns.torture.asl import Clock, Execution, TaskFailed

FILLED = {
    "Service": "sample",
    "Partition": recorded_requests.partition("sample"),
    "LedgerName": "ledger",
    "MachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:landfall",
    "ProjectName": "landfall-build-sample",
    "Builds": "yes",
    "KeptSeconds": "7776000",
}
PUT, UPDATE = "dynamodb:putItem", "dynamodb:updateItem"
BUILD, START = "codebuild:startBuild", "states:startExecution"
ANSWERS = {PUT: {}, UPDATE: {}, BUILD: {"Build": {"Id": "landfall-build-sample:1"}}, START: {"ExecutionArn": "arn"}}


def answered(name: str, _arguments: Any) -> Any:
    """Answer a call as AWS does where all is well."""
    return ANSWERS[name]


@dataclass
class Front(Execution):
    """The interpreter of the machine that deploys, with tasks that are calls of AWS. `wrong` says what they fail by."""

    wrong: Mapping[str, list[str]] = field(default_factory=dict)
    calls: list[tuple[str, Any]] = field(default_factory=list)
    aws: Callable[[str, Any], Any] = answered

    def _task(self, state: Mapping[str, Any], scope: dict[str, Any]) -> str:
        tried: dict[int, int] = {}
        name = state["Resource"].removeprefix("arn:aws:states:::")
        failures = iter(self.wrong.get(name, []))
        while True:
            arguments = self._filled(state["Arguments"], scope)
            self.calls.append((name, arguments))
            error = next(failures, "")
            if not error:
                scope["result"] = self.aws(name, arguments)
                self._assign(state, scope)
                return str(state["Next"])
            failed = TaskFailed(error, "AWS's own words")
            if self._retry(state, failed.error, tried) is None:
                return self._caught(state, failed, scope)


def front(name: str = "one", wrong: Mapping[str, list[str]] | None = None, **filled: str) -> Front:
    """Return an execution of the front of a service, not yet run."""
    text = definition_text(Machine.ASK)
    for key, value in {**FILLED, **filled}.items():
        text = text.replace(f"${{{key}}}", value)
    assert "${" not in text
    return Front(json.loads(text), lambda *_: None, Clock(), name=name, wrong=wrong or {})


def work(monkeypatch: pytest.MonkeyPatch, service: str, *, put: bool = True) -> None:
    """Let moto have a service's front, which does its work as soon as somebody asks what became of it."""
    client = boto3.client("stepfunctions", region_name="us-east-1")
    passing = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})
    role = "arn:aws:iam::123456789012:role/front"
    client.create_state_machine(name=naming.front(service), definition=passing, roleArn=role)
    told = StepFunctionBackend.describe_execution

    def described(self: Any, arn: str) -> Any:
        execution = told(self, arn)
        if f":{naming.front(service)}:" in arn and execution.status == "RUNNING":
            _run(execution, service, put=put)
        return execution

    monkeypatch.setattr(StepFunctionBackend, "describe_execution", described)


def _run(execution: Any, service: str, *, put: bool) -> None:
    output: dict[str, Any] = {}

    def on_moto(name: str, arguments: Any) -> Any:
        answer = _called(name, arguments) if put or name not in (PUT, UPDATE) else {}
        output.update({BUILD: {"build": answer.get("Build", {}).get("Id")}, START: {"deployment": ""}}.get(name, {}))
        return answer

    project = naming.build_project(service)
    made = front(execution.name, Service=service, Partition=recorded_requests.partition(service), ProjectName=project)
    made.aws = on_moto
    made.run(json.loads(execution.execution_input))
    execution.status, execution.output = made.status, json.dumps(output)
    execution.error, execution.cause = made.error or None, made.cause or None


def _called(name: str, arguments: dict[str, Any]) -> Any:
    service, _, operation = name.partition(":")
    client = boto3.client({"states": "stepfunctions"}.get(service, service), region_name="us-east-1")
    if name in (PUT, UPDATE):
        return getattr(client, {PUT: "put_item", UPDATE: "update_item"}[name])(**arguments)
    wanted = {key[0].lower() + key[1:]: value for key, value in arguments.items()}
    if name == START:
        reply = client.start_execution(**{**wanted, "input": json.dumps(wanted["input"])})
        return {"ExecutionArn": reply["executionArn"]}
    assert operation == "startBuild"
    return {"Build": {"Id": client.start_build(**wanted)["build"]["id"]}}
