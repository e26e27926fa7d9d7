"""Every request within what AWS says it takes, beyond what botocore checks: as adapters send it, and at its longest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.session import get_session

from landfall import naming
from landfall.ledger import deployment_record
from landfall.ledger.deployment_record import Ended
from landfall.model import Failure, Outcome, failed
from landfall.reconcile.findings import Finding, Kind, State
from landfall.telling import deployment_event, deployment_notice, finding_notice
from tests.contract.adapters import METHODS, REPLIES
from tests.contract.boundary import Boundary
from tests.contract.constraints import pattern, problems
from tests.contract.outcomes import outcome
from tests.support import builders as b


def model(service: str, operation: str) -> Any:
    """Return botocore's model of an operation."""
    return get_session().get_service_model(service).operation_model(operation)


@pytest.mark.parametrize("method", METHODS)
def test_what_is_sent_is_what_aws_takes(method: str) -> None:
    """The lengths and patterns of the models, which the SDK leaves to the service and an emulator to nobody."""
    at = Boundary(REPLIES)
    outcome(method, at)

    assert at.asked or method.startswith("Signing.")
    assert [text for asked, params in at.asked for text in problems(asked, params)] == []


WRONG: list[tuple[str, str, Mapping[str, Any], str]] = [
    ("sns", "Publish", {"Subject": "x" * 100, "Message": "m"}, "less than 100"),
    ("sns", "Publish", {"Subject": "two\nlines", "Message": "m"}, "line breaks"),
    ("stepfunctions", "StartExecution", {"stateMachineArn": "a", "name": "x" * 81}, "80 is the most"),
    ("stepfunctions", "StartExecution", {"stateMachineArn": "a", "name": "sha256:1"}, "CloudWatch can log"),
    ("stepfunctions", "StartExecution", {"stateMachineArn": "a", "input": "x" * 262145}, "262144 is the most"),
    ("ecs", "RegisterTaskDefinition", {"family": "f", "tags": [{"key": "k", "value": "x" * 257}]}, "256 is the most"),
    ("ecs", "RegisterTaskDefinition", {"family": "f", "tags": [{"key": "k", "value": "no!"}]}, "does not match"),
    ("ecs", "RegisterTaskDefinition", {"family": "f" * 256}, "255"),
    ("ecs", "DescribeTasks", {"tasks": ["t"] * 101}, "100 tasks"),
    ("logs", "FilterLogEvents", {"logGroupName": "no blank"}, "does not match"),
    ("events", "PutEvents", {"Entries": [{"Detail": "x" * 262145}]}, "256 KB"),
    ("kms", "Sign", {"KeyId": "k", "Message": b"x" * 4097, "SigningAlgorithm": "NONE"}, "4096 is the most"),
    ("iam", "GetRole", {"RoleName": "x" * 65}, "64 is the most"),
]
"""Requests that an emulator takes, and what of them AWS does not."""


@pytest.mark.parametrize(("service", "operation", "params", "why"), WRONG)
def test_what_aws_would_refuse_is_noticed(service: str, operation: str, params: Mapping[str, Any], why: str) -> None:
    """The check sees what it is there to see."""
    assert any(why in text for text in problems(model(service, operation), params))


@pytest.mark.parametrize(("text", "fits"), [("a b", True), ("é1_.:/=+-@", True), ("no!", False), ("(", False)])
def test_a_pattern_of_java_is_read(text: str, fits: bool) -> None:
    """Tags take what Unicode calls letters, numbers and separators, which Python has no class for."""
    assert bool(pattern(r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)").fullmatch(text)) is fits


LONGEST = "s" * 31
"""A service's name in services.toml, at its longest."""
SAID = "\u00e9\U0001f600" * 500


def ended(outcome: Outcome) -> Ended:
    """Return a deployment in which all that may be long is as long as it gets."""
    name = naming.execution(b.NOW, LONGEST, b.SHA, "f" * 40)
    release = b.release(
        service=LONGEST, deployment_id=naming.deployment("x" * 80, b.NOW.isoformat()), reason=SAID[:200]
    )
    baseline = b.baseline(warnings=(SAID,) * 5, restores=SAID[:200], dead_targets=("10.0.0.1:8080",) * 50)
    failure = Failure("CheckStability", "C" * 80, SAID)
    assert len(name) <= naming.EXECUTION_LIMIT
    return Ended(release, outcome, failed("C" * 80, SAID), baseline, b.deployment(), failure)


@pytest.mark.parametrize("how", [Outcome.ROLLBACK_FAILED, Outcome.SUCCEEDED])
def test_the_longest_deployment_is_told_and_recorded(how: Outcome) -> None:
    """A notice, an event or a record that AWS refused for its length would be lost when it is needed most."""
    told = ended(how)
    record = deployment_record.closed(told, b.NOW)
    detail = json.dumps(deployment_event.detail(told, record, f"s3://{'b' * 63}/{'k' * 200}"))
    notice = deployment_notice.notice(told, f"s3://{'b' * 63}/{'k' * 200}")
    sent = {"TopicArn": "arn", "Subject": notice.subject, "Message": notice.text}

    assert problems(model("sns", "Publish"), sent) == []
    assert problems(model("events", "PutEvents"), {"Entries": [{"Detail": detail}]}) == []
    assert problems(model("dynamodb", "PutItem"), {"Item": record}) == []


@pytest.mark.parametrize("kind", Kind)
def test_the_longest_finding_is_told(kind: Kind) -> None:
    """The same of what the reconciler finds."""
    found = Finding(LONGEST, kind, "x" * 200, SAID[:500], State.RAISED, b.NOW.isoformat())
    notice = finding_notice.notice(found, SAID)
    sent = {"TopicArn": "arn", "Subject": notice.subject, "Message": notice.text}

    assert problems(model("sns", "Publish"), sent) == []


def test_names_of_executions_fit() -> None:
    """Step Functions refuses a name of more than 80 characters, and CloudWatch logs no other characters."""
    for name in (
        naming.execution(b.NOW, LONGEST, b.SHA, "f" * 40),
        naming.execution_of_build(LONGEST, b.DIGEST),
    ):
        assert problems(model("stepfunctions", "StartExecution"), {"stateMachineArn": "a", "name": name}) == []
