"""Trait: DescribeServices returns the same fields as AWS.

AWS ("API_DescribeServices", "API_Service"): tags only with ``include`` TAGS; unset fields are absent, a
role that isn't set included; ``currentServiceDeployment`` is an ARN; an
unknown cluster is a ClusterNotFoundException, an unknown service a failure with reason MISSING.
Emulator: tags always, and empty strings for what isn't set.
Here: as AWS. The trait ``rollout`` sets the deployments' fields.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from ministack.services import ecs

from local.ecs import changes

UNSET = ("platformVersion", "platformFamily", "roleArn", "launchType")


def apply() -> None:
    """Correct the reply of every action that returns services."""
    for name in ("DescribeServices", "CreateService", "UpdateService", "DeleteService"):
        ecs._ACTION_MAP[name] = _tidied(ecs._ACTION_MAP[name], name)


def _current(service: dict[str, Any]) -> dict[str, Any]:
    """Return the newest service deployment, which goes on or is over, and the revisions that have tasks."""
    record = ecs._services.get(str(service.get("serviceArn")).partition(":service/")[2]) or {}
    known = record.get("_changes") or []
    if not known:
        return {}
    running = [changes.summary(record, change) for change in known]
    return {
        "currentServiceDeployment": known[0]["serviceDeploymentArn"],
        "currentServiceRevisions": [told for told in running if told["requestedTaskCount"] or told["runningTaskCount"]],
    }


def _tidied(action: Any, name: str) -> Any:
    def run(data: dict[str, Any]) -> Any:
        reply = action(data)
        if reply[0] != HTTPStatus.OK:
            return reply
        told = json.loads(reply[2])
        for service in told.get("services") or [told.get("service") or {}]:
            for field in UNSET:
                if service.get(field) in ("", None):
                    service.pop(field, None)
            service.update(_current(service))
            if name == "DescribeServices" and "TAGS" not in (data.get("include") or []):
                service.pop("tags", None)
        return ecs.json_response(told)

    return run
