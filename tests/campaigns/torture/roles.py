"""Who is who: the commits, digests and revisions that scenarios call ours, old and other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.campaigns.torture.facts import ContainerFact
from tests.campaigns.torture.replies import CONTAINER, ECS, PORT

SHAS = {"ours": "a" * 40, "old": "b" * 40, "other": "c" * 40}
DIGESTS = {
    role: f"sha256:{n * 64}" for role, n in (("ours", "1"), ("old", "2"), ("other", "3"), ("arm", "4"), ("amd", "6"))
}
REPOSITORY = "landfall/sample"
REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
FAMILY = "landfall-sample"
OF = {"ours": "ours", "again": "ours", "old": "old", "ecs": "old", "by-hand": "old", "other": "other", "back": "back"}
"""Which revision a deployment of a role is of. `back` is whatever the rollback went back to."""


def revision_arn(number: int) -> str:
    """Return the ARN of a revision."""
    return f"{ECS}:task-definition/{FAMILY}:{number}"


CHECK = {"command": ["CMD-SHELL", "true"], "interval": 30, "timeout": 5, "retries": 3, "startPeriod": 60}
"""A container's health check (requirements.md R10)."""


def task_definition(
    number: int, image: str, sha: str, others: Iterable[ContainerFact] = (), health_check: bool = False
) -> dict[str, Any]:
    """Return a task definition as DescribeTaskDefinition does."""
    waits = [{"containerName": c.name, "condition": "SUCCESS"} for c in others if c.needed]
    return {
        "taskDefinitionArn": revision_arn(number),
        "family": FAMILY,
        "revision": number,
        "status": "ACTIVE",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "compatibilities": ["EC2", "FARGATE"],
        "cpu": "256",
        "memory": "512",
        "taskRoleArn": "arn:aws:iam::123456789012:role/task",
        "executionRoleArn": "arn:aws:iam::123456789012:role/execution",
        "volumes": [],
        "containerDefinitions": [
            {
                "name": CONTAINER,
                "image": image,
                "essential": True,
                "portMappings": [{"containerPort": PORT, "hostPort": PORT, "protocol": "tcp"}],
                "environment": [{"name": "GIT_SHA", "value": sha}],
                **({"healthCheck": CHECK} if health_check else {}),
                **({"dependsOn": waits} if waits else {}),
            },
            *(_beside(c, image) for c in others),
        ],
    }


def _beside(container: ContainerFact, application: str) -> dict[str, Any]:
    """Return the definition of a container that is not the application's."""
    shared = application if container.image == "app" else image(container.image) if container.image else ""
    made = {
        "name": container.name,
        "image": shared or f"public.ecr.aws/beside/{container.name}@sha256:{'5' * 64}",
        "essential": container.essential,
        "environment": [],
    }
    return made | ({"healthCheck": CHECK} if container.health_check else {})


def image(role: str) -> str:
    """Return an image pinned by digest."""
    return f"{REGISTRY}/{REPOSITORY}@{DIGESTS[role]}"
