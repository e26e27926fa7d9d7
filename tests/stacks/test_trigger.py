"""What starts a deployment: a push to a configured repository of this account, and nothing else."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from moto.events.models import EventPattern

from tests.stacks.template import Template, many

# The example of the ECR user guide, with our names.
PUSH: dict[str, Any] = {
    "version": "0",
    "id": "13cde686-328b-6117-af20-0e5566167482",
    "detail-type": "ECR Image Action",
    "source": "aws.ecr",
    "account": "ACCOUNT",
    "time": "2019-11-16T01:54:34Z",
    "region": "us-west-2",
    "resources": [],
    "detail": {
        "result": "SUCCESS",
        "repository-name": "landfall/sample",
        "image-digest": "sha256:7f5b2640fe6fb4f46592dfd3410c4a79dac4f89e4782432e0378abcd1234",
        "action-type": "PUSH",
        "image-tag": "0123456789abcdef0123456789abcdef01234567",
    },
}


def _changed(*path: str, to: str) -> dict[str, Any]:
    event = copy.deepcopy(PUSH)
    inner = event
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = to
    return event


def _matches(pipeline: Template, event: dict[str, Any]) -> bool:
    matcher: Any = EventPattern(None, pipeline.under("AWS::Events::Rule", "OnPushRule")["EventPattern"])
    return bool(matcher.matches_event(event))


def test_a_push_to_a_configured_repository_starts_a_deployment(pipeline: Template) -> None:
    """The raw event is the input: no transformer to disagree with the Resolve step."""
    assert _matches(pipeline, PUSH)
    (target,) = pipeline.under("AWS::Events::Rule", "OnPushRule")["Targets"]
    assert not {"Input", "InputPath", "InputTransformer"} & target.keys()


@pytest.mark.parametrize(
    "event",
    [
        _changed("detail", "repository-name", to="landfall/other"),
        _changed("detail", "action-type", to="DELETE"),
        _changed("detail", "result", to="FAILURE"),
        _changed("detail-type", to="ECR Image Scan"),
        _changed("source", to="my.ecr"),
        _changed("account", to="another account"),
    ],
    ids=["another repository", "a deletion", "a failure", "a scan", "another source", "another account"],
)
def test_nothing_else_does(pipeline: Template, event: dict[str, Any]) -> None:
    """Each differs from a push in one field."""
    assert not _matches(pipeline, event)


def test_the_rule_starts_the_machine_and_nothing_else(pipeline: Template) -> None:
    """With a role of its own."""
    (target,) = pipeline.under("AWS::Events::Rule", "OnPushRule")["Targets"]
    (role,) = (r for r in pipeline.of_type("AWS::IAM::Role") if r.startswith("OnPushRole"))
    (statement,) = pipeline.statements_of(role)

    assert target["RoleArn"] == f"<{role}.Arn>"
    assert many(statement["Action"]) == ["states:StartExecution"]
    assert many(statement["Resource"]) == [target["Arn"]]
    assert target["Arn"] in {f"<{name}>" for name in pipeline.of_type("AWS::StepFunctions::StateMachine")}


def test_what_can_not_be_delivered_is_kept_and_told_of(pipeline: Template) -> None:
    """For an hour it is tried, then it waits two weeks in an encrypted queue that an alarm watches."""
    (target,) = pipeline.under("AWS::Events::Rule", "OnPushRule")["Targets"]
    ((queue_id, queue),) = pipeline.of_type("AWS::SQS::Queue").items()
    alarm = pipeline.named("AWS::CloudWatch::Alarm", "AlarmName", "landfall-DeadLetters")

    assert target["DeadLetterConfig"] == {"Arn": f"<{queue_id}.Arn>"}
    assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 185}
    assert queue["KmsMasterKeyId"] == "<Key961B73FD.Arn>"
    assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600
    assert alarm["Dimensions"] == [{"Name": "QueueName", "Value": f"<{queue_id}.QueueName>"}]


def test_the_queue_takes_letters_from_rules_and_bus_alone_and_over_tls(pipeline: Template) -> None:
    """The queue policy is what confines EventBridge: the key's can't (stacks/pipeline/encryption.py)."""
    rules = pipeline.of_type("AWS::Events::Rule")
    deny, *allowed = pipeline.only("AWS::SQS::QueuePolicy")["PolicyDocument"]["Statement"]

    assert (deny["Effect"], deny["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert {a["Principal"]["Service"] for a in allowed} == {"events.amazonaws.com"}
    from_bus = "arn:aws:events:REGION:ACCOUNT:event-bus/landfall"
    sources = [a["Condition"]["ArnEquals"]["aws:SourceArn"] for a in allowed]
    assert sorted(sources) == sorted([*(f"<{rule}.Arn>" for rule in rules), from_bus])


def test_an_execution_that_ended_badly_is_looked_at(pipeline: Template) -> None:
    """FAILED, TIMED_OUT and ABORTED of this machine start it again, with a role and a dead-letter queue; no other."""
    rule = pipeline.under("AWS::Events::Rule", "OnLossEnded")
    machine = next(m for m in pipeline.of_type("AWS::StepFunctions::StateMachine") if m.startswith("Machine"))
    event: dict[str, Any] = {
        "source": "aws.states",
        "detail-type": "Step Functions Execution Status Change",
        "detail": {"stateMachineArn": f"<{machine}>", "status": "ABORTED"},
    }
    matcher: Any = EventPattern(None, rule["EventPattern"])
    (target,) = rule["Targets"]

    for status, looked_at in (("ABORTED", True), ("TIMED_OUT", True), ("FAILED", True), ("SUCCEEDED", False)):
        assert matcher.matches_event({**event, "detail": {**event["detail"], "status": status}}) is looked_at
    assert not matcher.matches_event({**event, "detail": {**event["detail"], "stateMachineArn": "another"}})
    assert target["Arn"] == f"<{machine}>"
    assert target["RoleArn"].startswith("<OnLossRole")
    assert target["DeadLetterConfig"]


BUILD_ARN = "arn:aws:codebuild:us-west-2:ACCOUNT:build/landfall-build-sample:8745a7a9-c340-456a-9166-edf953571bEX"
# The example of the CodeBuild user guide (build notifications input format reference), with our names.
BUILD: dict[str, Any] = {
    "version": "0",
    "id": "c030038d-8c4d-6141-9545-00ff7b7153EX",
    "detail-type": "CodeBuild Build State Change",
    "source": "aws.codebuild",
    "account": "ACCOUNT",
    "time": "2017-09-01T16:14:28Z",
    "region": "us-west-2",
    "resources": [BUILD_ARN],
    "detail": {
        "build-status": "SUCCEEDED",
        "project-name": "landfall-build-sample",
        "build-id": BUILD_ARN,
        "additional-information": {"build-complete": True, "initiator": "MyCodeBuildDemoUser"},
        "current-phase": "COMPLETED",
        "current-phase-context": "[]",
        "version": "1",
    },
}


@pytest.mark.parametrize(
    ("detail", "watched"),
    [
        *[({"build-status": status}, True) for status in ("SUCCEEDED", "FAILED", "FAULT", "STOPPED", "TIMED_OUT")],
        ({"build-status": "IN_PROGRESS"}, False),
        ({"project-name": "somebody-elses"}, False),
    ],
)
def test_a_build_that_is_over_is_watched(pipeline: Template, detail: dict[str, str], watched: bool) -> None:
    """However it ended; of a configured service only, with a role that starts the watch alone."""
    rule = pipeline.under("AWS::Events::Rule", "OnBuildRule")
    matcher: Any = EventPattern(None, rule["EventPattern"])
    (target,) = rule["Targets"]
    (role,) = (r for r in pipeline.of_type("AWS::IAM::Role") if r.startswith("OnBuildRole"))
    (statement,) = pipeline.statements_of(role)

    assert matcher.matches_event({**BUILD, "detail": {**BUILD["detail"], **detail}}) is watched
    assert target["Arn"].startswith("<BuildWatch")
    assert target["RoleArn"] == f"<{role}.Arn>"
    assert (statement["Action"], statement["Resource"]) == ("states:StartExecution", target["Arn"])
    assert target["DeadLetterConfig"]


def test_a_watch_that_fails_is_told_of(pipeline: Template) -> None:
    """What should tell people of lost pushes must not be lost itself without a word."""
    watch = next(m for m in pipeline.of_type("AWS::StepFunctions::StateMachine") if m.startswith("BuildWatch"))
    for how, metric in (("Failed", "Failed"), ("Stopped", "Aborted"), ("TimedOut", "TimedOut")):
        alarm = pipeline.named("AWS::CloudWatch::Alarm", "AlarmName", f"landfall-BuildWatch{how}")

        assert alarm["MetricName"] == f"Executions{metric}"
        assert alarm["Dimensions"] == [{"Name": "StateMachineArn", "Value": f"<{watch}>"}]


def test_the_reconciler_runs_every_quarter_of_an_hour(pipeline: Template) -> None:
    """What nobody looks at is looked at; what is not delivered is a dead letter, and raises an alarm."""
    rule = pipeline.under("AWS::Events::Rule", "OnTimeReconcile")
    (target,) = rule["Targets"]

    assert rule["ScheduleExpression"] == "rate(15 minutes)"
    assert target["Arn"].startswith("<Reconcile")
    assert target["Input"] == "{}"
    assert target["DeadLetterConfig"]


def test_a_pause_of_a_configured_service_has_the_reconciler_look(pipeline: Template) -> None:
    """ECS says when it pauses a deployment, so people hear within a minute of one that nobody will continue."""
    rule = pipeline.under("AWS::Events::Rule", "OnPauseRule")
    (target,) = rule["Targets"]

    assert rule["EventPattern"]["detail-type"] == ["ECS Hook State Change"]
    detail = rule["EventPattern"]["detail"]
    assert detail["hookType"] == ["PAUSE"]
    assert all(each["suffix"].startswith(":service/") for each in detail["serviceArn"])
    assert target["Arn"].startswith("<Reconcile")
    assert target["InputTransformer"]["InputPathsMap"]["detail-serviceArn"] == "$.detail.serviceArn"
    assert target["DeadLetterConfig"]


def test_the_sweep_runs_every_quarter_of_an_hour(pipeline: Template) -> None:
    """Events get lost; a deployment nobody looks after does not stay so for long."""
    rule = pipeline.under("AWS::Events::Rule", "OnLossSweep")
    (target,) = rule["Targets"]

    assert rule["ScheduleExpression"] == "rate(15 minutes)"
    assert target["Arn"].startswith("<Sweep")
    assert target["Input"] == "{}"
