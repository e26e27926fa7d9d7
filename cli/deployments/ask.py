"""Asks a service's front for a release. The front records who asks and why, and starts the build or deployment."""

from __future__ import annotations

import json
import os
import secrets
import time
from datetime import UTC, datetime
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from cli.command import At
from cli.exits import NotKnown, Refused
from landfall import naming
from landfall.aws.trying import trying
from landfall.errors import AwsCallFailed
from landfall.intake import document
from landfall.intake.document import TEXT_LIMIT
from landfall.settings import Service

POLL_SECONDS = 1.0
PATIENCE = 300.0
"""Seconds to wait for the front: four short tasks, each of which retries for at most two minutes."""
RUNNING, SUCCEEDED = "RUNNING", "SUCCEEDED"


class Wants(StrEnum):
    """What is asked for: a build of the commit, the deployment of an existing image, or only the record."""

    BUILD = "build"
    DEPLOYMENT = "deployment"
    PUSH = "push"


def asked(
    at: At, service: Service, git_sha: str, wants: Wants, reason: str, *, pushed_at: str = "", name: str = ""
) -> dict[str, Any]:
    """Ask for a release of a commit, and return what the front says it did. Raises Refused if nothing was started.

    `name` is the execution's name. If that execution exists already, it is used, no matter who started it. `pushed_at`
    is given for a push that started nothing.
    """
    front = machine(at, service)
    name = name or naming.execution(datetime.now(UTC), service.name, git_sha, secrets.token_hex(3))
    told = {"commit": git_sha, "wants": wants.value, "requested_by": document.asker(at.cloud.identity), "via": via()}
    told |= {key: value for key, value in (("reason", reason), ("pushed_at", pushed_at)) if value}
    client = at.cloud.client("stepfunctions")
    arn = f"{front.replace(':stateMachine:', ':execution:')}:{name}"
    with trying(f"asking for a release of {service.name}"):
        try:
            client.start_execution(stateMachineArn=front, name=name, input=json.dumps(told))
        except client.exceptions.ExecutionAlreadyExists:
            at.out.say(f"execution {name} was started already", "yellow")
        except client.exceptions.StateMachineDoesNotExist as error:
            raise Refused("OLD_PIPELINE", f"{front} does not exist; deploy the pipeline's stack again") from error
    return _answer(at, client, arn)


def machine(at: At, service: Service) -> str:
    """Return the ARN of a service's front."""
    return at.cloud.machine.rpartition(":")[0] + ":" + naming.front(service.name)


def via() -> str:
    """Say what asks: this command; in GitHub Actions also the run, and who started it."""
    try:
        own = f"landfall {version('landfall')}"
    except PackageNotFoundError:
        own = "landfall"
    run, repository = os.environ.get("GITHUB_RUN_ID"), os.environ.get("GITHUB_REPOSITORY")
    if not run or not repository:
        return own
    actor = os.environ.get("GITHUB_TRIGGERING_ACTOR") or os.environ.get("GITHUB_ACTOR") or "UNKNOWN"
    return f"{own} in GitHub Actions, run {run} of {repository}, started by {actor}"[:TEXT_LIMIT]


def _answer(at: At, client: Any, arn: str) -> dict[str, Any]:
    """Wait for the front's answer. Raises Refused if it refused, NotKnown if it did not answer in time."""
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            with trying("reading the result of the request"):
                found = client.describe_execution(executionArn=arn)
        except AwsCallFailed as error:
            if error.code != "ExecutionDoesNotExist":  # it was started a moment ago
                raise
            found = {"status": RUNNING}
        if found["status"] != RUNNING:
            break
        if time.monotonic() > give_up:
            raise NotKnown("NOT_ANSWERED", f"the request was made, but {arn} did not end within {PATIENCE:.0f} s")
        time.sleep(at.cloud.pause(POLL_SECONDS))
    if found["status"] != SUCCEEDED:
        why = found.get("cause") or f"the request ended {found['status']}"
        raise Refused(str(found.get("error") or "NOT_BEGUN"), f"{why} ({arn})")
    return dict(json.loads(found.get("output") or "{}"))
