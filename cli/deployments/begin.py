"""Finds the deployment of an image, or starts it once."""

from __future__ import annotations

import json
import secrets
import time
from datetime import UTC, datetime, timedelta

from cli.command import At
from cli.deployments import ask, follow
from cli.deployments.ask import Wants
from cli.images import image_source
from cli.images.builds import Image
from landfall import naming
from landfall.aws.trying import trying
from landfall.intake import document
from landfall.settings import Service

POLL_SECONDS = 2.0
PUSHED_WITHIN = timedelta(hours=1)
"""The greatest age, by any clock that an id may come from, of an image that this command pushed."""


def execution(at: At, service: Service, image: Image, reason: str) -> str:
    """Return the execution that deploys an image, whether it was just pushed or pushed before."""
    if image.pushed:
        return _of_push(at, service, image, reason)
    # one that began this moment may not be in the index yet: then both run, and the second changes nothing
    of_service = reversed(at.cloud.ledger.unfinished(service.name))
    under_way = next((r for r in of_service if r["image_digest"] == image.digest and "outcome" not in r), None)
    if under_way:
        at.out.say(f"deployment {under_way['deployment_id']} of this image is under way already", "yellow")
        return str(under_way["execution_arn"])
    return _asked(at, service, image, reason)


def started(at: At, name: str, document: dict[str, str]) -> str:
    """Start an execution, and return its ARN. If one of that name exists already, return that one."""
    client, machine = at.cloud.client("stepfunctions"), at.cloud.machine
    arn = machine.replace(":stateMachine:", ":execution:") + f":{name}"
    at.reattach[:] = follow.way_back_in(at, arn)  # it may have begun even if the answer is lost
    with trying(f"starting execution {name}"):
        try:
            client.start_execution(stateMachineArn=machine, name=name, input=json.dumps(document))
        except client.exceptions.ExecutionAlreadyExists:
            at.out.say(f"execution {name} was started already", "yellow")
    return arn


def _asked(at: At, service: Service, image: Image, reason: str, *, pushed_at: str = "", name: str = "") -> str:
    """Have the front start the deployment of an image under the name of the front's execution. Return its ARN."""
    name = name or naming.execution(datetime.now(UTC), service.name, image.git_sha, secrets.token_hex(3))
    arn = at.cloud.machine.replace(":stateMachine:", ":execution:") + f":{name}"
    at.reattach[:] = follow.way_back_in(at, arn)  # it may have begun even if the answer is lost
    ask.asked(at, service, image.git_sha, Wants.DEPLOYMENT, reason, pushed_at=pushed_at, name=name)
    return arn


def _of_push(at: At, service: Service, image: Image, reason: str) -> str:
    """Wait for the deployment that the push starts. A new digest has no records except those of this push."""
    within = service.build.deployment_begins_within_seconds if service.build else 0
    give_up, began = time.monotonic() + within + at.cloud.late_seconds, datetime.now(UTC)
    while time.monotonic() < give_up:
        if found := at.cloud.ledger.any_of_image(service.name, image.digest):
            return str(found["execution_arn"])
        time.sleep(at.cloud.pause(POLL_SECONDS))
    # the index may lag, and a record that exists must not be called missing
    since = at.cloud.ledger.since(service.name, (began - PUSHED_WITHIN).strftime(naming.TIME))
    if late := next((r for r in since if r["image_digest"] == image.digest), None):
        return str(late["execution_arn"])
    at.out.say(f"the push of {image.digest} started nothing; starting its deployment now", "yellow")
    # It replaces the lost push: a newer push overtakes it, as it would have overtaken the lost one.
    pushed = image_source.pushed(at.cloud.client("ecr"), service.repository, image.git_sha)
    name = naming.execution_of_build(service.name, image.digest)
    return _asked(at, service, image, reason, pushed_at=pushed.at if pushed else "", name=name)


def request(at: At, service: Service, image: Image, reason: str) -> dict[str, str]:
    """Return the execution input that asks for a deployment of an image."""
    by, tag = document.asker(at.cloud.identity), image.tag or image.git_sha
    return document.of_release(service.name, tag, image.digest, requested_by=by, reason=reason)
