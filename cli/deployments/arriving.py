"""Waits for a deployment that is about to begin: its record appears some seconds after the push or the start."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from cli import records
from cli.cloud import LATE_SECONDS
from cli.command import At
from cli.deployments.begin import POLL_SECONDS
from cli.exits import Refused
from landfall import commit, naming
from landfall.aws.trying import trying
from landfall.builds import build_watch
from landfall.chain import Record
from landfall.errors import AwsCallFailed
from landfall.intake.request import DIGEST
from landfall.settings import Build, Service

UNKNOWN = "NO_DEPLOYMENT"
LAST_BUILDS = 10
"""How many builds of a project are read, newest first."""


@dataclass(frozen=True)
class Push:
    """An image in a service's repository."""

    service: Service
    digest: str
    tags: tuple[str, ...]
    age: float
    late: float = LATE_SECONDS

    @property
    def left(self) -> float:
        """Return for how many more seconds its deployment may still begin."""
        return patience(self.service, self.late) - self.age

    def is_named(self, wanted: str) -> bool:
        """Say whether `wanted` is its digest or its commit."""
        return wanted == self.digest or any(commit.same(tag, wanted) for tag in self.tags)


def record(at: At, wanted: str, service: str | None) -> Record:
    """Return the record that `wanted` names, as soon as it exists. Raises Refused if none is expected, or none comes.

    Without a name it returns the newest record, or the record of the newest push's deployment if that push is later.
    """
    found = _look(at, wanted, service)
    if found is not None and (wanted or "outcome" not in found):
        return found
    awaited = _awaited(at, wanted, service)
    if awaited is None:
        return found if found is not None else records.named(at.cloud, wanted, service)
    name, seconds = awaited
    at.out.say(f"no deployment of {name} has begun yet; waiting up to {seconds:.0f} s …", "dim")
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        if begun := _look(at, name, service):
            return begun
        time.sleep(at.cloud.pause(POLL_SECONDS))
        if time.monotonic() >= give_up and _building(at, name, service):
            at.out.say(f"{name} is being built; still waiting …", "dim")
            give_up = time.monotonic() + seconds
    way_out = "see `landfall findings`, `landfall doctor`, and `landfall history`"
    raise Refused(UNKNOWN, f"no deployment of {name} began within {seconds:.0f} s; {way_out}")


def patience(service: Service, late: float) -> float:
    """Return within how many seconds of a push its deployment must begin, by itself or by the build watch."""
    build = service.build or Build(source="")
    return build.deployment_begins_within_seconds + late


def _look(at: At, wanted: str, service: str | None) -> Record | None:
    try:
        return records.named(at.cloud, wanted, service)
    except Refused as refused:
        if refused.code != UNKNOWN:
            raise
        return None


def _awaited(at: At, wanted: str, service: str | None) -> tuple[str, float] | None:
    """Return what to wait for and for how many seconds; None if no deployment is about to begin."""
    services = [at.cloud.service(service)] if service or not wanted else list(at.cloud.settings.services)
    if wanted.startswith(at.cloud.machine.replace(":stateMachine:", ":execution:") + ":"):
        return wanted, at.cloud.late_seconds
    if wanted and not (commit.NAMED.fullmatch(wanted.lower()) or DIGEST.fullmatch(wanted)):
        return None
    pushed = [push for each in services for push in _pushes(at, each) if not wanted or push.is_named(wanted)]
    if pushed:
        newest = min(pushed, key=lambda push: push.age)
        known = at.cloud.ledger.any_of_image(newest.service.name, newest.digest)
        return (newest.digest, newest.left) if known is None and newest.left > 0 else None
    # it may just be being built or pushed
    return (wanted, max(patience(each, at.cloud.late_seconds) for each in services)) if wanted else None


def _pushes(at: At, service: Service) -> list[Push]:
    """Return the images in a service's repository.

    Empty if the caller may not list them, or if there is no repository.
    """
    try:
        return list(_tagged(at, service))
    except AwsCallFailed:
        return []


def _tagged(at: At, service: Service) -> Iterator[Push]:
    with trying(f"listing the images of {service.repository}"):
        pages = at.cloud.client("ecr").get_paginator("describe_images")
        for page in pages.paginate(repositoryName=service.repository, filter={"tagStatus": "TAGGED"}):
            for detail in page["imageDetails"]:
                age = (datetime.now(UTC) - detail["imagePushedAt"]).total_seconds()
                yield Push(service, str(detail["imageDigest"]), tuple(detail["imageTags"]), age, at.cloud.late_seconds)


def _building(at: At, wanted: str, service: str | None) -> bool:
    """Say whether a commit is being built. False if the caller may not see builds."""
    for each in [at.cloud.service(service)] if service else at.cloud.settings.services:
        try:
            if each.build and each.build.builder == "codebuild" and _has_build(at, each, wanted):
                return True
        except AwsCallFailed:
            continue
    return False


def _has_build(at: At, service: Service, wanted: str) -> bool:
    client = at.cloud.client("codebuild")
    with trying(f"looking for builds of {service.name}"):
        ids = client.list_builds_for_project(projectName=naming.build_project(service.name))["ids"][:LAST_BUILDS]
        builds = client.batch_get_builds(ids=ids)["builds"] if ids else []
    under_way = (each for each in builds if each["buildStatus"] == build_watch.IN_PROGRESS)
    return any(commit.same(str(each.get("sourceVersion", "")), wanted) for each in under_way)
