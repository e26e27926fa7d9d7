"""The tasks that a migration started."""

from __future__ import annotations

from typing import Any

from landfall.migration import run_task
from local.stage.landfall_stage import Stage

SERVICE, ALTERED = "migrated", "altered"


def tasks(stage: Stage, record: dict[str, Any], service: str = SERVICE) -> list[dict[str, Any]]:
    """Return every task that the migration of a deployment started."""
    found: list[dict[str, Any]] = []
    for status in ("RUNNING", "STOPPED"):
        named = run_task.started_by(record["deployment_id"])
        arns = stage.ecs.list_tasks(cluster=f"landfall-{service}", startedBy=named, desiredStatus=status)["taskArns"]
        found += stage.ecs.describe_tasks(cluster=f"landfall-{service}", tasks=arns)["tasks"] if arns else []
    return found
