"""Makes the RunTask request, and decides whether it may be repeated.

Source: Amazon ECS API reference, RunTask and "Ensuring idempotency". The same client token returns the same task for 24
hours, or until an hour after the task stopped. Then the same call starts a second task.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from landfall.change.task_definition import TAG_DEPLOYMENT, TAG_DIGEST, TAG_ROLE, TAG_SHA
from landfall.migration.migration import Migration, Stage
from landfall.model import Deployment, Release, Verdict, failed
from landfall.settings import Service
from landfall.settings.migration import MigrationSettings

ROLE_MIGRATION = "migration"
STARTED_BY = "landfall-migration/"
"""The prefix of `startedBy` for a migration's task: up to 128 letters, digits, - / and _ (API reference, RunTask)."""
REPEATED_FOR = timedelta(minutes=55)
"""How long after the intent RunTask may be repeated: less than an hour, for which the token is valid at least. The
task can't stop before the intent, and clocks differ."""
OF_ANOTHER = "MIGRATION_OF_ANOTHER"
"""The code while the migration of an earlier deployment still runs."""
CONFLICT = "ConflictException"
"""RunTask's error if the token was used with other parameters: then there is a task (API reference, RunTask)."""
RESTART_PERIOD = 300
"""The default of `restartAttemptPeriod` (ECS API reference, ContainerRestartPolicy)."""
REFUSALS = frozenset(
    {
        "AccessDeniedException",
        "BlockedException",
        "ClientException",
        "ClusterNotFoundException",
        "InvalidParameterException",
        "PlatformTaskDefinitionIncompatibilityException",
        "PlatformUnknownException",
        "UnsupportedFeatureException",
    }
)
"""Error codes of RunTask that mean that it started nothing (API reference, RunTask)."""

Placement = Mapping[str, Any]
"""Network, launch type and platform of the service, as RunTask takes them."""


def token(deployment_id: str) -> str:
    """Return the client token: a hash of the deployment's id, with 64 characters, the most that ECS allows."""
    return hashlib.sha256(f"{STARTED_BY}{deployment_id}".encode()).hexdigest()


def started_by(deployment_id: str) -> str:
    """Return the task's `startedBy`, by which ListTasks finds it."""
    return f"{STARTED_BY}{deployment_id}"


def container_of(service: Service, settings: MigrationSettings) -> str:
    """Return the container that runs the command."""
    return settings.container or service.container


def intended(deployment: Deployment, service: Service, now: datetime) -> Migration:
    """Return the record before RunTask is called."""
    settings = service.migration or MigrationSettings(())
    return Migration(
        stage=Stage.INTENDED,
        intended_at=now.isoformat(),
        revision=deployment.task_definition,
        container=container_of(service, settings),
        command=settings.command,
        timeout_seconds=settings.timeout_seconds,
        backward_compatible=settings.backward_compatible,
        manual=settings.manual or "",
    )


def request(release: Release, migration: Migration, command: tuple[str, ...], placement: Placement) -> dict[str, Any]:
    """Return the request. It is the same at each try, since a token is valid only with the same parameters."""
    traces = {
        TAG_SHA: release.git_sha,
        TAG_DIGEST: release.image_digest,
        TAG_DEPLOYMENT: release.deployment_id,
        TAG_ROLE: ROLE_MIGRATION,
    }
    return {
        **placement,
        "taskDefinition": migration.revision,
        "count": 1,
        "clientToken": token(release.deployment_id),
        "startedBy": started_by(release.deployment_id),
        "overrides": {"containerOverrides": [{"name": migration.container, "command": list(command)}]},
        "tags": [{"key": key, "value": value} for key, value in traces.items()],
    }


def may_repeat(migration: Migration, now: datetime) -> bool:
    """Say whether RunTask may be repeated: only while its token is certainly valid."""
    return now - datetime.fromisoformat(migration.intended_at) < REPEATED_FOR


def unfit(template: Mapping[str, Any], container: str, service: str, timeout_seconds: int) -> Verdict | None:
    """Refuse a container that the revision lacks, or whose end does not end its task.

    A restart policy starts a container again, whatever its exit code, once it has run for `restartAttemptPeriod`
    (ECS developer guide, "Restart individual containers in Amazon ECS tasks with container restart policies").
    """
    found = {str(c.get("name")): c for c in template.get("containerDefinitions", [])}
    key = f"services.{service}.migration.container"
    if container not in found:
        why = f"the revision has no container {container!r}; it has {', '.join(sorted(found))}: set {key}"
        return failed("MIGRATION_CONTAINER", f"{why}; no migration was started")
    if found[container].get("essential") is False:
        why = f"container {container!r} is not essential, so its end does not end the task: set {key} to one that is"
        return failed("MIGRATION_CONTAINER", f"{why}; no migration was started")
    restarts = found[container].get("restartPolicy") or {}
    period = int(restarts.get("restartAttemptPeriod") or RESTART_PERIOD)
    if restarts.get("enabled") and period < timeout_seconds:
        why = (
            f"container {container!r} has a restart policy, by which ECS may run the migration again after {period} s: "
            f"make its restartAttemptPeriod as long as services.{service}.migration.timeout_seconds "
            f"({timeout_seconds}), or remove the policy"
        )
        return failed("MIGRATION_CONTAINER", f"{why}; no migration was started")
    return None
