"""Revisions that must never run. If one stays ACTIVE, it is the newest of its family, to which the bare name resolves.

Then a `cdk deploy`, a scheduled task or a person who names only the family would start a release that nobody proved.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from landfall.aws.ecs import Ecs
from landfall.change.task_definition import ROLE_RELEASE, TAG_DEPLOYMENT, TAG_ROLE, family
from landfall.errors import AwsCallFailed
from landfall.model import Outcome, Release
from landfall.runtime.step import logger

REGISTERS = ("RegisterTaskDefinition", "RunMigration", "CheckMigration", "UpdateService")
"""The states in which a rejected deployment may have left a revision."""
STOPPED = "STOPPED"
"""The code of a deployment whose execution died before it recorded its progress."""


def withdraw(ecs: Ecs, revision: str) -> None:
    """Deregister a revision. A failure changes no outcome: it is logged, and Finish tries again."""
    try:
        ecs.deregister(revision)
    except AwsCallFailed as error:
        logger.warning("a revision that must not run could not be deregistered", extra={"why": str(error)})


def possible(record: Mapping[str, Any] | None) -> bool:
    """Say whether a closed deployment was rejected at a time when it may have registered a revision."""
    if record is None or record.get("outcome") != Outcome.REJECTED or "ended" not in record:
        return False
    failure = json.loads(record["ended"]).get("failure") or {}
    return failure.get("state") in REGISTERS or STOPPED in (failure.get("code"), record.get("code"))


def undone(record: Mapping[str, Any] | None) -> str:
    """Return the revision that a proven way back replaced; empty if there is none."""
    if record is None or record.get("outcome") != Outcome.ROLLED_BACK:
        return ""
    revision = str(record.get("task_definition") or "")
    return revision if revision != record.get("restored_to") else ""


def of(ecs: Ecs, release: Release) -> tuple[str, ...]:
    """Return the unused revisions that a finished deployment left among the newest of the service's family.

    Raises AwsCallFailed if a call fails.
    """
    service = ecs.service()
    if service is None or not service.task_definition:
        return ()
    in_use = {service.task_definition, *(d.task_definition for d in service.deployments)}
    found = (arn for arn in ecs.newest_revisions(family(service.task_definition)) if arn not in in_use)
    return tuple(arn for arn in found if _is_its_release(ecs.task_definition(arn)[1], release))


def _is_its_release(tags: Mapping[str, str], release: Release) -> bool:
    return tags.get(TAG_DEPLOYMENT) == release.deployment_id and tags.get(TAG_ROLE) == ROLE_RELEASE
