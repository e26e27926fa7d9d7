"""What most stories begin with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from cli.deployments.running_execution import Ending, Follower
from local.stage.landfall_stage import Stage, commit


def pushed(stage: Stage, service: str, name: str, **image: Any) -> Ending:
    """Push a release of that name and return how the deployment it starts ends."""
    sha, before = commit(f"{service} {name}"), datetime.now(UTC)
    stage.push(service, sha, **image)
    return stage.ended(stage.started_by_push(service, sha, before), service)


def rolling_out(stage: Stage, service: str, name: str) -> Follower:
    """Push a release that is slow to come up, and return its deployment while it is rolled out."""
    sha, before = commit(f"{service} {name}"), datetime.now(UTC)
    stage.push(service, sha, fault="late")
    follower = stage.started_by_push(service, sha, before)
    next(event for event in follower.until_the_end() if event.state == "CheckStability")
    return follower


def taken_over(stage: Stage, service: str, revision: str) -> str:
    """Deploy a copy of a revision over whatever goes on, as somebody might. Return the copy's ARN."""
    template = stage.ecs.describe_task_definition(taskDefinition=revision)["taskDefinition"]
    kept = ("family", "containerDefinitions", "networkMode", "cpu", "memory", "requiresCompatibilities")
    theirs = stage.ecs.register_task_definition(**{k: template[k] for k in kept})["taskDefinition"]["taskDefinitionArn"]
    stage.ecs.update_service(cluster=f"landfall-{service}", service=service, taskDefinition=theirs)
    return str(theirs)
