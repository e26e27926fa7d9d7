"""The process of a step, killed between an AWS call and its answer; and what of AWS a second try could change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import botocore.client
import pytest

from landfall.migration.run_task import STARTED_BY
from stacks.functions.steps_table import STEPS
from tests.steps import standin
from tests.steps.shared.published import sent

READS = ("Describe", "Get", "List", "Query", "BatchGet", "Filter", "Sign")
"""How operations begin that change nothing. Who signs twice has two signatures, and keeps one."""
PREFIXES = {"sfn": "states", "eventbridge": "events"}
"""What IAM calls a service, where the SDK calls it something else."""
NO_CALLS = ("kms", "iam", "xray")
"""Granted for what another call does in the step's name."""
RIGHTS = {
    # a transaction takes the rights of what it is made of (DynamoDB developer guide, transactions and IAM)
    "dynamodb:TransactWriteItems": "dynamodb:UpdateItem",
    "monitoring:DescribeAlarms": "cloudwatch:DescribeAlarms",
    "monitoring:GetMetricData": "cloudwatch:GetMetricData",
}
"""Where the right is not called as the operation is, under the name that its requests are signed for."""


_RANDOM = re.compile(r"[0-9a-f]{64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)?")
"""An anchor's hash, which covers the time its record was closed at; the id of a build; a time."""


class Killed(BaseException):
    """Nothing in a step catches this, as nothing catches SIGKILL."""


@dataclass
class Calls:
    """The calls that change something, as they are made; the process ends after one of them."""

    killed_after: int = 0
    made: list[str] = field(default_factory=list)

    def took_effect(self, service: str, operation: str) -> None:
        """Note a call that AWS has carried out. Raises Killed."""
        if operation.startswith(READS):
            return
        self.made.append(f"{service}:{operation}")
        if len(self.made) == self.killed_after:
            raise Killed


@contextmanager
def watched(killed_after: int = 0) -> Iterator[Calls]:
    """Watch what the steps change, and kill the process after the call of that number."""
    calls, make = Calls(killed_after), botocore.client.BaseClient._make_api_call

    def made(client: Any, operation: str, parameters: Any) -> Any:
        answer = make(client, operation, parameters)
        service = client.meta.service_model.service_id.lower()
        calls.took_effect(PREFIXES.get(service, service), operation)
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.client.BaseClient, "_make_api_call", made)
        yield calls


def mutations() -> set[tuple[str, str]]:
    """Return every (step, action) of the STEPS table that changes something."""
    granted = {(step.id, action) for step in STEPS for grant in step.grants for action in grant.actions}
    return {(step, action) for step, action in granted if _changes(action)}


def _changes(action: str) -> bool:
    service, _, name = action.partition(":")
    # ecs:TagResource is for the tags that RegisterTaskDefinition sets
    return not name.startswith(READS) and service not in NO_CALLS and action != "ecs:TagResource"


def action_of(call: str) -> str:
    """Return the right that a call asks for."""
    return RIGHTS.get(call, call)


def world() -> dict[str, Any]:
    """Return what there is on AWS, without what differs by time: how many of what, and in which state."""
    ecs, states = standin.client("ecs"), standin.client("stepfunctions")
    services = [
        (s.name, s.task_definition, s.desired_count, len(s.deployments)) for s in standin.backend().services.values()
    ]
    executions = states.list_executions(stateMachineArn=standin.machine_arn())["executions"]
    return {
        "records": sorted((r["deployment_id"], r.get("outcome", ""), *sorted(r)) for r in standin.records()),
        "heads": sorted((i["service"], int(i["sequence"])) for i in standin.table().scan()["Items"] if "last" in i),
        "recoveries": sorted(int(r.get("recoveries", 0)) for r in standin.records()),
        "locks": sorted((i["service"], str(i.get("owner", ""))) for i in standin.locks()),
        "revisions": sorted(ecs.list_task_definitions()["taskDefinitionArns"]),
        "retired": sorted(ecs.list_task_definitions(status="INACTIVE")["taskDefinitionArns"]),
        "services": sorted(services),
        # moto ignores the client token, so a second request there makes a second task of the same name
        "one-off tasks": sorted({t.started_by for t in standin.tasks() if str(t.started_by).startswith(STARTED_BY)}),
        "files": sorted(_RANDOM.sub("*", v["Key"]) for v in standin.versions()),
        "messages": sorted((_same(message), subject) for _, message, subject, *_ in sent()),
        "events": sorted((event["detail-type"], str(event["detail"]["outcome"])) for event in standin.heard()),
        # a recovery is named by the minute, and the next one may begin while the step is run again
        "executions": sorted({(re.sub(r"(-recover-\d{8}T)\d{4}$", r"\1", e["name"]), e["status"]) for e in executions}),
    }


def _same(text: str) -> str:
    """Return a message as it would be in another run."""
    return _RANDOM.sub("*", text)
