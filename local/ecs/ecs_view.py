"""Reads the emulator's ECS records: the tasks of a service, and their state."""

from __future__ import annotations

import time
from typing import Any

from ministack.services import ecs

from local.ecs import target_groups
from local.load_balancer.one_check import Health
from local.traits import target_health

Record = dict[str, Any]
Target = tuple[str, str, int]  # target group, address, port

SETTLED = 1.0  # seconds a task without any health check must run before it counts as running successfully


def service_of(task: Record) -> tuple[str, Record] | None:
    """Return the key and record of a task's service, if it has one."""
    group = str(task.get("group") or "")
    cluster = ecs._cluster_name_from_arn(task.get("clusterArn", ""))
    key = f"{cluster}/{group.removeprefix('service:')}"
    service = ecs._services.get(key) if group.startswith("service:") else None
    return (key, service) if service else None


def tasks_of(service: Record) -> list[Record]:
    """Return every task of a service that hasn't stopped."""
    group = f"service:{service['serviceName']}"
    return [
        task
        for task in list(ecs._tasks.values())
        if task.get("group") == group
        and task.get("clusterArn") == service["clusterArn"]
        and task["lastStatus"] != "STOPPED"
    ]


def wanted(task: Record) -> bool:
    """Say whether the task should run, now or soon."""
    return bool(task["desiredStatus"] == "RUNNING")


def targets(service: Record, task: Record) -> list[Target]:
    """Return a task's targets: one for each of the service's load balancers, in the group of its deployment's side."""
    address = ecs._task_ip(task)
    side = target_groups.of(ecs._deployment_for_task(service, task) or {})
    balancers = target_groups.balancers(service)
    return [(target_groups.group(b, side), address or "", int(b.get("containerPort", 80))) for b in balancers]


def target_healths(service: Record, task: Record) -> list[tuple[str, Health]]:
    """Return the health of each of a task's targets, with its target group."""
    return [(t[0], target_health.health(*t)) for t in targets(service, task)]


def ready(service: Record, task: Record) -> bool:
    """Say whether a task runs successfully in ECS's terms: it is running, with healthy containers and targets."""
    if not (wanted(task) and task["lastStatus"] == "RUNNING"):
        return False
    if has_health_check(task) and task.get("healthStatus") != "HEALTHY":
        return False
    checks = target_healths(service, task)
    if not checks and not has_health_check(task):
        return settled(task)
    return all(health.state == "healthy" for _, health in checks)


def settled(task: Record) -> bool:
    """Say whether the task has run long enough to show a crash at start."""
    since = task.setdefault("_running_since", time.monotonic())
    return bool(time.monotonic() - since >= SETTLED)


def has_health_check(task: Record) -> bool:
    """Say whether an essential container of the task has its own health check."""
    return any(d.get("healthCheck") for d in definitions(task) if d.get("essential", True))


def definitions(task: Record) -> list[Record]:
    """Return the container definitions of a task."""
    record = ecs._task_defs.get(ecs._resolve_td_key(task["taskDefinitionArn"])) or {}
    return list(record.get("containerDefinitions") or [])


def seconds_running(task: Record) -> float:
    """Return for how many seconds the task has been running."""
    return float(time.monotonic() - task.get("_running_since", time.monotonic()))


def event(service: Record, message: str) -> None:
    """Add an event to the service, newest first. ECS keeps a hundred."""
    entry = {"id": ecs.new_uuid(), "createdAt": ecs._iso(), "message": f"(service {service['serviceName']}) {message}"}
    service["events"] = [entry, *service.get("events", [])][:100]
