"""Builds that have ended, as the build watch's steps see them, and the deployments that were started for them."""

from __future__ import annotations

import json
from typing import Any

from tests.steps import machine, standin
from tests.support import builders as b


def event(arn: str, status: str = "SUCCEEDED") -> dict[str, Any]:
    """Return what EventBridge hands to the watch."""
    detail = {"build-status": status, "project-name": "what it says", "build-id": arn}
    return {"source": "aws.codebuild", "detail-type": "CodeBuild Build State Change", "detail": detail}


def exported(digest: str = b.DIGEST, **changes: str) -> list[dict[str, str]]:
    """Return the variables of a good build."""
    variables = {"GIT_SHA": b.SHA, "IMAGE_DIGEST": digest, "BUILT": "yes", **changes}
    return [{"name": name, "value": value} for name, value in variables.items()]


def read(arn: str) -> Any:
    """Invoke ReadBuild."""
    return machine.invoke("read_build", {"event": event(arn)})


def ended(digest: str, **changes: Any) -> Any:
    """Run a build that succeeded and return it as ReadBuild does."""
    arn = standin.build(buildStatus="SUCCEEDED", exportedEnvironmentVariables=exported(digest, **changes))
    return read(arn)["build"]


def started() -> list[tuple[str, dict[str, Any]]]:
    """Return name and input of every deployment that was started for a build."""
    states = standin.client("stepfunctions")
    executions = states.list_executions(stateMachineArn=standin.machine_arn())["executions"]
    found = [states.describe_execution(executionArn=e["executionArn"]) for e in executions]
    return [(e["name"], json.loads(e["input"])) for e in found if e["name"].startswith("build-")]
