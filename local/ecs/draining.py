"""Trait: a task of a load-balanced service is drained before it is stopped.

AWS ("Amazon ECS task lifecycle", "Optimize load balancer connection draining parameters for Amazon ECS"):
desired status STOPPED, then DEACTIVATING, in which its targets are deregistered; once the deregistration
delay has passed STOPPING, in which the containers get SIGTERM and after ``stopTimeout`` (30 s) SIGKILL;
then DEPROVISIONING and STOPPED, with the true exit codes.
Emulator: the containers are stopped at once, in the middle of requests, and the reported exit code is always 0.
Here: as AWS. A separate thread waits, and never holds one of the emulator's locks.
"""

from __future__ import annotations

import time
from typing import Any

from ministack.core.concurrency import resource_lock, spawn_background
from ministack.core.responses import json_response
from ministack.services import ecs, ecs_metadata

from local.ecs import ecs_view as view
from local.traits.target_health import deregistration_delay

STOP_TIMEOUT = 30
USER_REASON = "Task stopped by user"


def apply() -> None:
    """Replace StopTask, and the emulator's own stopping of tasks."""
    ecs._stop_task = stop_task
    ecs._ACTION_MAP["StopTask"] = stop_task


def stop_task(data: dict[str, Any]) -> Any:
    """Answer StopTask at once, with the task that is stopping, as AWS does."""
    cluster = ecs._resolve_cluster_name(data.get("cluster", "default"))
    if cluster is None:
        return ecs.error_response_json("ClusterNotFoundException", "Cluster not found.", 400)
    task = ecs._resolve_task(data.get("task", ""), cluster)
    if not task:
        return ecs.error_response_json("InvalidParameterException", "The referenced task was not found.", 400)
    begin(task, data.get("reason") or USER_REASON, data.get("_stopCode", "UserInitiated"))
    return json_response({"task": ecs._sanitize(task)})


def begin(task: dict[str, Any], reason: str, code: str) -> bool:
    """Start to stop a task. Returns False if it is already stopping."""
    arn = task["taskArn"]
    with resource_lock("ecs-task", arn):
        if not ecs._task_is_active(arn, task):
            return False
        ecs._bump_task_version(task)
        was_running = task["lastStatus"] == "RUNNING"
        task.update(desiredStatus="STOPPED", stoppingAt=ecs._iso(), stoppedReason=reason, stopCode=code)
        task["lastStatus"] = "DEACTIVATING"
    ecs_metadata.set_task_status(arn, known_status="DEACTIVATING", desired_status="STOPPED")
    refresh(task)  # from here on its targets are draining
    spawn_background(_finish, task, was_running, thread_name=f"drain-{arn[-8:]}")
    return True


def refresh(task: dict[str, Any]) -> None:
    """Recount cluster and service. This also deregisters the targets of a task that isn't running."""
    cluster = ecs._cluster_name_from_arn(task["clusterArn"])
    ecs._recount_cluster(cluster)
    ecs._refresh_service_state(cluster, task.get("group", ""))


def _finish(task: dict[str, Any], was_running: bool) -> None:
    """Finish stopping a task."""
    engine = ecs._get_docker()
    containers = [_container(engine, identity) for identity in task.get("_docker_ids") or []]
    if was_running:
        _wait_drained(task, containers)
    task["lastStatus"] = "STOPPING"
    for definition, record, container in zip(view.definitions(task), task["containers"], containers, strict=False):
        if container is not None:
            container.stop(timeout=int(definition.get("stopTimeout") or STOP_TIMEOUT))
            record["exitCode"] = container.wait()["StatusCode"]
    with resource_lock("ecs-task", task["taskArn"]):
        now = ecs._iso()
        for record in task["containers"]:
            record["lastStatus"] = "STOPPED"
        ecs._bump_task_version(task)
        task.update(executionStoppedAt=now, stoppedAt=now, lastStatus="STOPPED")
    ecs_metadata.set_task_status(task["taskArn"], known_status="STOPPED")
    ecs_metadata.set_all_container_status(task["taskArn"], "STOPPED")
    ecs._cleanup_task_resources(task, engine)
    refresh(task)


def _container(engine: Any, identity: str) -> Any:
    """Return a container, or None if it is already gone."""
    try:
        return engine.containers.get(identity)
    except Exception:  # each engine has its own "not found"
        return None


def _wait_drained(task: dict[str, Any], containers: list[Any]) -> None:
    """Wait for the longest deregistration delay of the task's groups, unless its containers end by themselves."""
    found = view.service_of(task)
    groups = [target[0] for target in view.targets(found[1], task)] if found else []
    until = time.monotonic() + max((deregistration_delay(group) for group in groups), default=0)
    while time.monotonic() < until and any(_runs(container) for container in containers):
        time.sleep(0.1)


def _runs(container: Any) -> bool:
    if container is None:
        return False
    container.reload()
    return bool(container.status == "running")
