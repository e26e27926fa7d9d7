"""Trait: task definitions are returned unchanged, and a family means its newest ACTIVE revision.

AWS ("API_DescribeTaskDefinition", "API_DeregisterTaskDefinition", "API_RegisterTaskDefinition"): a bare
family name resolves to the latest ACTIVE revision; tags are returned only with ``include`` TAGS; fields
that weren't set are absent; an INACTIVE revision can't be used for a new task, a new service or an update,
while the services that run it go on.
Emulator: a bare name resolves to the newest revision, deregistered or not; tags are always returned; unset
fields come back as empty strings or null; INACTIVE revisions can be used.
Here: as AWS.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import ecs

Action = Callable[[dict[str, Any]], Any]


def apply() -> None:
    """Replace the resolution of names, and wrap the actions."""
    resolve = ecs._resolve_td_key

    def resolve_key(reference: str) -> Any:
        key = resolve(reference)
        named = str(reference or "").rpartition("/")[2]
        if ":" in named or not key:
            return key
        active = [td["revision"] for td in ecs._task_defs.values() if _is_active(td, named)]
        # A name that is no record's key, so that the caller reports the family as unknown, as AWS does.
        return f"{named}:{max(active)}" if active else named

    ecs._resolve_td_key = resolve_key
    for name in ("RegisterTaskDefinition", "DeregisterTaskDefinition", "DescribeTaskDefinition"):
        ecs._ACTION_MAP[name] = _tidied(ecs._ACTION_MAP[name], name)
    for name in ("RunTask", "CreateService", "UpdateService"):
        ecs._ACTION_MAP[name] = _only_active(ecs._ACTION_MAP[name])


def _is_active(record: dict[str, Any], family: str) -> bool:
    return bool(record["family"] == family and record["status"] == "ACTIVE")


def _tidied(action: Action, name: str) -> Action:
    """Return the action with a reply that has no unset fields, and tags only if requested."""

    def run(data: dict[str, Any]) -> Any:
        reply = action(data)
        if reply[0] != HTTPStatus.OK:
            return reply
        told = json.loads(reply[2])
        told["taskDefinition"] = {
            key: value for key, value in told["taskDefinition"].items() if value not in ("", None)
        }
        if name == "DescribeTaskDefinition" and "TAGS" not in (data.get("include") or []):
            told.pop("tags", None)
        return ecs.json_response(told)

    return run


def _only_active(action: Action) -> Action:
    """Return the action, which then refuses an INACTIVE revision."""

    def run(data: dict[str, Any]) -> Any:
        record = ecs._task_defs.get(ecs._resolve_td_key(data.get("taskDefinition", ""))) or {}
        if record.get("status") == "INACTIVE" and not _keeps(data, record):
            return error_response_json("ClientException", "TaskDefinition is inactive", 400)
        return action(data)

    return run


def _keeps(data: dict[str, Any], record: dict[str, Any]) -> bool:
    """Say whether an UpdateService names only the revision that its service already runs."""
    found = ecs._resolve_service_ref(data.get("service", "")) or ("",)
    service = ecs._services.get(f"{ecs._resolve_cluster_name(data.get('cluster', 'default'))}/{found[0]}") or {}
    return bool(service.get("taskDefinition") == record["taskDefinitionArn"])
