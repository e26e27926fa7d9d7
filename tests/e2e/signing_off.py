"""People who answer sign-offs on the local AWS: each is a session of a role, and AWS says which."""

from __future__ import annotations

import contextlib
import json
import time
from datetime import UTC, datetime
from typing import Any

from botocore.credentials import ReadOnlyCredentials

from cli.clients import REGION
from cli.deployments.door import APPROVALS, posted
from cli.deployments.running_execution import Follower
from cli.exits import Refused
from local.stage.landfall_stage import Stage, commit
from tests.e2e import stopping

ITEM = "backup taken"
"""The checklist of every service here."""
PATIENCE = 400
"""Seconds: people are asked, and the proof is made twice."""
AWAITS = {"before": "AwaitApproval", "after": "AwaitSignOff"}


def person(stage: Stage, role: str, session: str = "s1") -> ReadOnlyCredentials:
    """Return the credentials of a session of a role."""
    iam, trust = stage.aws.client("iam"), {"Version": "2012-10-17", "Statement": []}
    with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):  # somebody else may make it meanwhile
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(trust))
    arn = iam.get_role(RoleName=role)["Role"]["Arn"]
    got = stage.aws.client("sts").assume_role(RoleArn=arn, RoleSessionName=session)["Credentials"]
    return ReadOnlyCredentials(got["AccessKeyId"], got["SecretAccessKey"], got["SessionToken"])


def door(stage: Stage) -> str:
    """Return where the function URL is reached here."""
    name = stage.pipeline["ApprovalUrl"].split("://")[1].partition(".")[0]
    return f"{stage.aws.endpoint}/_aws/lambda-url/{name}/"


def answer(stage: Stage, role: str, record: dict[str, Any], word: str = "approve", **body: Any) -> tuple[str, str]:
    """Answer as a role. Return the code of a refusal (empty if the answer counts) and what the door said."""
    asked = {"service": record["service"], "deployment": record["deployment_id"], "answer": word, "items": [ITEM]}
    try:
        told = posted(APPROVALS, door(stage), person(stage, role), REGION, asked | body)
    except Refused as refused:
        return refused.code, str(refused)
    return "", told["message"]


def waiting(stage: Stage, service: str, name: str) -> tuple[Follower, dict[str, Any]]:
    """Push a release, and return its execution and its record once it waits for people."""
    sha, before = commit(f"{name} {time.time()}"), datetime.now(UTC)
    stage.push(service, sha)
    follower = stage.started_by_push(service, sha, before)
    return follower, awaited(stage, follower, service)


def awaited(stage: Stage, follower: Follower, service: str) -> dict[str, Any]:
    """Return the record once people are asked and told, and the machine waits for them."""

    def asks() -> dict[str, Any] | None:
        record = stage.record_of(follower.arn, service)
        known = json.loads(record.get("approval", "{}"))
        return record if known.get("told") else None

    record = stopping.eventually(asks, f"{follower.arn} to ask", PATIENCE)
    stopping.entered(stage, follower, AWAITS[json.loads(record["approval"])["when"]])
    return record
