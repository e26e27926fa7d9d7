"""What people do past Landfall."""

from __future__ import annotations

import time
from typing import Any

from local.stage.landfall_stage import Stage

KEPT = (
    "family",
    "taskRoleArn",
    "executionRoleArn",
    "networkMode",
    "containerDefinitions",
    "requiresCompatibilities",
    "cpu",
    "memory",
    "runtimePlatform",
)


def registered(stage: Stage, like: str, **changes: Any) -> str:
    """Register a revision like another, without its tags: nothing says which commit it is of. Returns its ARN."""
    template = stage.ecs.describe_task_definition(taskDefinition=like)["taskDefinition"]
    wanted = {k: template[k] for k in KEPT if k in template} | changes
    return str(stage.ecs.register_task_definition(**wanted)["taskDefinition"]["taskDefinitionArn"])


def deployed(stage: Stage, service: str, revision: str, **changes: Any) -> None:
    """Deploy a revision with ECS's own tools, and wait until it runs."""
    stage.ecs.update_service(cluster=f"landfall-{service}", service=service, taskDefinition=revision, **changes)
    deadline = time.monotonic() + 60
    while stage.service(service)["deployments"][0]["rolloutState"] != "COMPLETED" and time.monotonic() < deadline:
        time.sleep(0.3)
