"""Finds the deployment of an image, or starts it: never both, and never twice."""

from __future__ import annotations

import json
import secrets
import time
from datetime import UTC, datetime, timedelta
from itertools import islice

from cli.builds import Image
from cli.verb import At
from landfall import naming
from landfall.errors import trying
from landfall.settings import Service

POLL_SECONDS, LOCAL_POLL_SECONDS = 2.0, 0.3
LATE = timedelta(seconds=30)
"""How much longer than the build's watch the command waits before it starts a deployment itself."""
CLOCKS = timedelta(minutes=2)
"""How far this machine's clock may be off: what began before the build, by ECS's clock, is another deployment."""
NEWEST = 30


def execution(at: At, service: Service, image: Image, reason: str) -> str:
    """Return the execution that deploys an image that was just pushed, or was there already."""
    if not image.pushed:
        name = naming.execution(datetime.now(UTC), service.name, image.git_sha, secrets.token_hex(3))
        return started(at, name, release(at, service, image, reason))
    within = service.build.deployment_begins_within_seconds if service.build else 0
    give_up = time.monotonic() + within + LATE.total_seconds()
    while time.monotonic() < give_up:
        found = _begun(at, service, image)
        if found:
            return found
        time.sleep(LOCAL_POLL_SECONDS if at.cloud.local else POLL_SECONDS)
    at.out.say(f"the push of {image.digest} started nothing: starting its deployment", "yellow")
    return started(at, naming.execution_of_build(service.name, image.digest), release(at, service, image, reason))


def release(at: At, service: Service, image: Image, reason: str) -> dict[str, str]:
    """Return the request to release an image."""
    asked = {"service": service.name, "image_tag": image.git_sha, "image_digest": image.digest}
    return {**asked, "requested_by": at.cloud.identity[-200:], "reason": reason}


def started(at: At, name: str, document: dict[str, str]) -> str:
    """Start an execution, and return its ARN. One of that name that was started before is the one."""
    client, machine = at.cloud.client("stepfunctions"), at.cloud.machine
    with trying(f"starting execution {name}"):
        try:
            begun = client.start_execution(stateMachineArn=machine, name=name, input=json.dumps(document))
        except client.exceptions.ExecutionAlreadyExists:
            return machine.replace(":stateMachine:", ":execution:") + f":{name}"
    return str(begun["executionArn"])


def _begun(at: At, service: Service, image: Image) -> str | None:
    for record in islice(at.cloud.ledger.newest_first(service.name), NEWEST):
        of_this = record.get("image_digest") == image.digest
        if of_this and datetime.fromisoformat(str(record["started_at"])) >= image.since - CLOCKS:
            return str(record["execution_arn"])
    return None
