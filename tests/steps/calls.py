"""What the steps ask of AWS in these tests, as IAM sees it: an action on a resource, and the keys that conditions read.

Only recorded, by botocore's own events: nothing is changed by it, and none of Landfall's code knows of it. Names that
are made at run time (tasks, revisions, executions, objects) are recorded as "*".
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import botocore

from tests.contract import constraints

RECORDING = Path(__file__).with_name("calls.json")
"""Every distinct call and one test that makes it. `make policies` writes it; each test is held to it."""
INTO = "LANDFALL_RECORD_CALLS"
"""The directory that a recording run leaves its calls in, one file for each process."""

REGION, ACCOUNT = "REGION", "ACCOUNT"
_PREFIXES = {"monitoring": "cloudwatch"}
"""Where IAM's prefix is not the name that requests are signed for."""
_ACTIONS = {"ListObjectsV2": "ListBucket", "ListObjectVersions": "ListBucketVersions", "Invoke": "InvokeFunction"}
"""Where IAM's action is not the operation's name (Service Authorization Reference, Amazon S3)."""
_ONCE = {"GetPublicKey"}
"""Operations of the first invocation of a Lambda's life alone: of which test that is, their order decides."""
_TRANSACTED = {"Update": "UpdateItem", "Put": "PutItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}
"""A transaction takes the rights of what it is made of (DynamoDB developer guide, transactions and IAM)."""

Params = Mapping[str, Any]


@dataclass(frozen=True, order=True)
class Call:
    """One call of a step."""

    step: str
    action: str
    resource: str
    context: tuple[tuple[str, str], ...] = ()


_made = 0
_seen: list[Call] = []
_refused: list[str] = []
_caller: ContextVar[str] = ContextVar("step at work", default="")
"""Each thread has its own: what another one does to AWS meanwhile, a server that stands in for the service say, is
nobody's call. No step calls AWS from a thread that it starts."""


def record() -> None:
    """Record what clients of every session from now on are asked for, while a step is at work."""
    botocore.register_initializer(lambda session: session.register("provide-client-params", _called))


@contextmanager
def made_by(module: str) -> Iterator[None]:
    """Record the calls of the step with that handler."""
    before = _caller.set("".join(part.title() for part in module.split("_")))
    try:
        yield
    finally:
        _caller.reset(before)


def taken() -> set[Call]:
    """Return what was called since this was last asked."""
    calls = set(_seen)
    _seen.clear()
    return calls


def number() -> int:
    """Return how many calls there were so far, those of steps and all others."""
    return _made


def refused() -> list[str]:
    """Return what AWS would have refused of what was called since this was last asked, and moto did not."""
    found = list(_refused)
    _refused.clear()
    return found


def recorded() -> dict[Call, str]:
    """Return the recording: each call, and the test that makes it."""
    return read(RECORDING)


def read(path: Path) -> dict[Call, str]:
    """Return the calls of a file."""
    entries = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return {
        Call(e["step"], e["action"], e["resource"], tuple((k, v) for k, v in e["context"])): e["test"] for e in entries
    }


def write(path: Path, calls: Mapping[Call, str]) -> None:
    """Write calls, each with its test."""
    entries = [{**asdict(call), "test": calls[call]} for call in sorted(calls)]
    path.write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")


def leave(calls: Mapping[Call, str]) -> None:
    """Leave this process's calls where a recording run looks for them."""
    write(Path(os.environ[INTO]) / f"{os.getpid()}.json", calls)


def _called(params: Params, model: Any, **_: Any) -> None:
    global _made  # noqa: PLW0603
    _made += 1
    step = _caller.get()
    if not step:
        return
    _refused.extend(constraints.problems(model, params))
    if model.name not in _ONCE:
        signed = model.service_model.signing_name
        _seen.extend(as_iam_sees(step, _PREFIXES.get(signed, signed), model.name, params))


def as_iam_sees(step: str, service: str, operation: str, params: Params) -> Iterator[Call]:
    """Yield the actions that a call takes."""
    if operation == "TransactWriteItems":
        for item in params["TransactItems"]:
            ((kind, inner),) = item.items()
            yield from as_iam_sees(step, service, _TRANSACTED[kind], inner)
        return
    context = tuple(sorted(_context(operation, params)))
    for resource in dict.fromkeys(_resources(service, operation, params)):
        yield Call(step, f"{service}:{_ACTIONS.get(operation, operation)}", resource, context)
    if operation == "RegisterTaskDefinition":
        yield from _registering(step, params)
    if operation == "RunTask":
        tasks = _arn("ecs", f"task/{_last(params['cluster'])}/*")
        yield Call(step, "ecs:TagResource", tasks, (("ecs:CreateAction", "RunTask"),))


def _registering(step: str, params: Params) -> Iterator[Call]:
    """What registering takes besides: passing the roles, and tagging what is made."""
    for role in (params.get("taskRoleArn"), params.get("executionRoleArn")):
        if role:
            yield Call(step, "iam:PassRole", _mine(role), (("iam:PassedToService", "ecs-tasks.amazonaws.com"),))
    if params.get("tags"):
        made = _arn("ecs", f"task-definition/{params['family']}:*")
        yield Call(step, "ecs:TagResource", made, (("ecs:CreateAction", "RegisterTaskDefinition"),))


def _context(operation: str, params: Params) -> Iterator[tuple[str, str]]:
    if operation == "StopTask":
        yield "aws:ResourceTag/landfall:role", "migration"
    if operation in ("ListTasks", "RunTask"):
        yield "ecs:cluster", _arn("ecs", f"cluster/{_last(params['cluster'])}")
    if operation == "ListObjectsV2":
        yield "s3:prefix", params["Prefix"].partition("/")[0] + "/*"
    if operation == "ListObjectVersions":
        yield "s3:prefix", params["Prefix"] + "*"
    if operation == "Sign":
        yield from ((f"kms:{name}", params[name]) for name in ("MessageType", "SigningAlgorithm"))
    if "service" in params.get("Key", ()):
        yield "dynamodb:LeadingKeys", _partition(params["Key"]["service"])
    for table in params.get("RequestItems", {}).values():
        yield from {("dynamodb:LeadingKeys", _partition(each["service"])) for each in table["Keys"]}
    for entry in params.get("Entries", []):
        yield "events:source", entry["Source"]
        yield "events:detail-type", entry["DetailType"]


def _partition(key: Any) -> str:
    """Return a partition of Landfall's own, or one word for every service's."""
    name = str(next(iter(key.values())) if isinstance(key, dict) else key)
    return name if name.startswith("_") else "SERVICE"


def _resources(service: str, operation: str, params: Params) -> Iterator[str]:  # noqa: C901, PLR0912, PLR0915  a table of cases
    """Yield the ARNs that the parameters name. "*" where they name none: that only a grant on everything allows."""
    match service, params:
        case "dynamodb", {"TableName": table}:
            index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
            yield _arn("dynamodb", f"table/{table}{index}")
        case "dynamodb", {"RequestItems": dict(tables)}:
            yield from (_arn("dynamodb", f"table/{table}") for table in tables)
        case "ecs", {"cluster": cluster, "tasks": _}:
            yield _arn("ecs", f"task/{_last(cluster)}/*")
        case "ecs", {"clientToken": _, "taskDefinition": revision}:
            yield _arn("ecs", f"task-definition/{_last(revision).rpartition(':')[0]}:*")
        case "ecs", {"cluster": cluster, "task": _}:
            yield _arn("ecs", f"task/{_last(cluster)}/*")
        case "ecs", {"cluster": cluster, "services": list(names)}:
            yield from (_arn("ecs", f"service/{_last(cluster)}/{_last(name)}") for name in names)
        case "ecs", {"cluster": cluster, "service": name}:
            yield _arn("ecs", f"service/{_last(cluster)}/{_last(name)}")
        case "ecs", {"serviceDeploymentArns": arns} | {"serviceRevisionArns": arns}:
            for kind, cluster, name, _ in (arn.split(":", 5)[5].split("/") for arn in arns):
                yield from (_arn("ecs", f"service/{cluster}/{name}"), _arn("ecs", f"{kind}/{cluster}/{name}/*"))
        case "ecs", {"serviceDeploymentArn": str(arn)}:
            yield from _resources(service, operation, {"serviceDeploymentArns": [arn]})
        case "ecs", {"family": family, "containerDefinitions": _}:
            yield _arn("ecs", f"task-definition/{family}:*")
        case "ecr", {"repositoryName": name}:
            yield _arn("ecr", f"repository/{name}")
        case "ecr", {"repositoryNames": list(names)}:
            yield from (_arn("ecr", f"repository/{name}") for name in names)
        case "states", {"stateMachineArn": arn}:
            yield _mine(arn)
        case "states", {"executionArn": arn}:
            yield _arn("states", f"execution:{arn.split(':')[-2]}:*")
        case "logs", {"logGroupName": group, "logStreamName": _}:
            yield _arn("logs", f"log-group:{group}:log-stream:*")
        case "logs", {"logGroupName": group}:
            yield _arn("logs", f"log-group:{group}:*")
        case "secretsmanager", {"SecretId": str(secret)}:
            # six characters that nobody chooses are part of the ARN
            name = secret[:-6] if secret.startswith("arn:") else _arn("secretsmanager", f"secret:{secret}-")
            yield _mine(f"{name}??????")
        case "sns", {"TopicArn": arn}:
            yield _mine(arn)
        case "events", {"Entries": entries}:
            yield from (_arn("events", f"event-bus/{entry['EventBusName']}") for entry in entries)
        case "s3", {"Bucket": bucket, "Key": _}:
            yield f"arn:aws:s3:::{bucket}/*"
        case "s3", {"Bucket": bucket}:
            yield f"arn:aws:s3:::{bucket}"
        case "kms", {"KeyId": _}:
            yield _arn("kms", "key/signing")
        case "iam", {"RoleName": name}:
            yield f"arn:aws:iam::{ACCOUNT}:role/{name}"
        case "codebuild", {"ids": ids}:
            yield from (_arn("codebuild", f"project/{_last(each).split(':')[0]}") for each in ids)
        case "lambda", {"FunctionName": name, "Qualifier": str(qualifier)}:
            # versions come and go, so a role's right is to any of them; an alias is named
            yield _arn("lambda", f"function:{name}:{'*' if qualifier.isdigit() else qualifier}")
        case "lambda", {"FunctionName": name}:
            yield _arn("lambda", f"function:{name}")
        case _:
            yield "*"


def _arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def _mine(arn: str) -> str:
    """Return the ARN with words for the account and the region, or a role's name as its ARN."""
    if not arn.startswith("arn:"):
        return f"arn:aws:iam::{ACCOUNT}:role/{arn}"
    head, partition, service, region, account, rest = arn.split(":", 5)
    return ":".join((head, partition, service, REGION if region else "", ACCOUNT if account else "", rest))


def _last(name: str) -> str:
    return name.rpartition("/")[2]
