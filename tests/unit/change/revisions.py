"""A task definition as ECS describes it, and the revision that a release makes of it."""

from __future__ import annotations

from typing import Any

from landfall.change import task_definition
from tests.support import builders as b

PINNED = f"registry/landfall/sample@{b.DIGEST}"
KEPT = {
    "command": ["serve", "--port", "8080"],
    "portMappings": [{"containerPort": 8080, "protocol": "tcp"}],
    "secrets": [{"name": "DATABASE_URL", "valueFrom": "arn:aws:ssm:x"}, {"name": "GIT_SHA", "valueFrom": "arn:y"}],
    "mountPoints": [{"sourceVolume": "data", "containerPath": "/data"}],
    "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "g"}},
    "healthCheck": {"command": ["CMD", "true"], "interval": 30},
    "dependsOn": [{"containerName": "agent", "condition": "START"}],
}
SIDECAR = {
    "name": "agent",
    "image": "public.ecr.aws/x/agent:1",
    "environment": [{"name": "GIT_SHA", "value": "the agent's own"}, {"name": "BUILD_TIME", "value": "its own too"}],
}


def template(**changes: Any) -> dict[str, Any]:
    """Return what DescribeTaskDefinition says of the revision that runs."""
    known = {
        "taskDefinitionArn": b.OLD_REVISION,
        "family": "sample",
        "revision": 1,
        "status": "ACTIVE",
        "requiresAttributes": [{"name": "x"}],
        "compatibilities": ["EC2", "FARGATE"],
        "registeredAt": b.NOW,
        "registeredBy": "arn:aws:iam::123456789012:root",
        "deregisteredAt": None,
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "512",
        "taskRoleArn": "arn:aws:iam::123456789012:role/task",
        "executionRoleArn": "arn:aws:iam::123456789012:role/execution",
        "volumes": [{"name": "data"}],
        "placementConstraints": [],
        "runtimePlatform": {"cpuArchitecture": "ARM64"},
        "ephemeralStorage": {"sizeInGiB": 30},
        "containerDefinitions": [
            {
                **KEPT,
                "name": "app",
                "image": "registry/landfall/sample:latest",
                "environment": [
                    {"name": "LOG_LEVEL", "value": "info"},
                    {"name": "GIT_SHA", "value": "stale"},
                    {"name": "BUILD_TIME", "value": "stale"},
                    {"name": "IMAGE_DIGEST", "value": "of the release before"},
                ],
            },
            SIDECAR,
        ],
    }
    return {**known, **changes}


def released(of: dict[str, Any] | None = None, tags: dict[str, str] | None = None) -> dict[str, Any]:
    """Return the request that releases the new image."""
    release = b.release(image=PINNED)
    return task_definition.release_revision(of or template(), tags or {}, release, "app", "2026-01-02T03:04:05")
