"""Starts a service's tasks and scales them in, within the limits of its deployment configuration."""

from __future__ import annotations

import json
import time
from http import HTTPStatus
from typing import Any

from ministack.services import ecs

from local.ecs import draining
from local.ecs import ecs_view as view

Record = dict[str, Any]

BY_SCHEDULER = "ServiceSchedulerInitiated"


def scale_in(service: Record, primary: Record, tasks: list[Record]) -> None:
    """Stop tasks that are no longer needed, and lower the desired count of an older deployment."""
    for task in tasks:
        deployment = ecs._deployment_for_task(service, task)
        if deployment and deployment is not primary:
            deployment["desiredCount"] = max(0, int(deployment["desiredCount"]) - 1)
        draining.begin(task, f"Scaling activity initiated by (deployment {primary['id']})", BY_SCHEDULER)


def limits(service: Record) -> tuple[int, int]:
    """Return the most tasks that the service may have during a deployment, and the fewest healthy ones."""
    desired = int(service["desiredCount"])
    told = service.get("deploymentConfiguration") or {}
    most = max(1, desired * int(told.get("maximumPercent", 200)) // 100)
    return most, -(-desired * int(told.get("minimumHealthyPercent", 100)) // 100)


def launch_missing(cluster: str, service: Record, primary: Record, ours: list[Record], old: list[Record]) -> None:
    """Launch the missing tasks of the primary deployment. Old tasks are stopped while enough healthy ones remain."""
    if time.monotonic() < float(primary.get("_launch_after", 0)):
        return
    most, least = limits(service)
    missing = int(service["desiredCount"]) - len(ours)
    room = most - len(ours) - len(old)
    if room < missing:
        serving = sum(view.ready(service, task) for task in [*ours, *old])
        scale_in(service, primary, old[: min(missing - max(0, room), max(0, serving - least))])
    launch(cluster, service, primary, ours, min(missing, max(0, room)))


def launch(cluster: str, service: Record, deployment: Record, ours: list[Record], count: int) -> None:
    """Launch this many more tasks of a deployment."""
    if time.monotonic() < float(deployment.get("_launch_after", 0)):
        return
    definition = ecs._task_defs.get(ecs._resolve_td_key(deployment["taskDefinition"])) or {}
    # The first task of a deployment resolves its tags to digests; the others wait for that.
    if ecs._get_docker() and ecs._deployment_needs_first_task(deployment, definition, service):
        count = 0 if ours else min(count, 1)
    if count > 0:
        run(cluster, service, deployment, count)


def keep_up(cluster: str, service: Record, primary: Record, ready: int) -> None:
    """Replace lost tasks of the last good deployment, as long as the new one can't take over."""
    last = next((d for d in service["deployments"] if d is not primary and d["rolloutState"] == "COMPLETED"), None)
    if last is None or time.monotonic() < float(last.get("_launch_after", 0)):
        return
    live = [task for task in view.tasks_of(service) if view.wanted(task)]
    held = sum(ecs._deployment_for_task(service, task) is last for task in live)
    wanted = min(int(last["desiredCount"]), int(service["desiredCount"]) - ready)
    count = min(wanted - held, limits(service)[0] - len(live))
    if count > 0:
        run(cluster, service, last, count)


def run(cluster: str, service: Record, deployment: Record, count: int) -> None:
    """Start tasks for a deployment; ``startedBy`` is the deployment's id."""
    deployment["_rounds"] = int(deployment.get("_rounds", 0)) + 1
    request = {
        "cluster": cluster,
        "taskDefinition": deployment["taskDefinition"],
        "count": count,
        "group": f"service:{service['serviceName']}",
        "startedBy": deployment["id"],
        "launchType": service.get("launchType"),
        "capacityProviderStrategy": service.get("capacityProviderStrategy"),
        "platformVersion": service.get("platformVersion", ""),
        "networkConfiguration": service.get("networkConfiguration", {}),
        "enableExecuteCommand": service.get("enableExecuteCommand", False),
        "_deploymentId": deployment["id"],
    }
    status, _, body, *_ = ecs._run_task(request)
    begun = json.loads(body)["tasks"] if status == HTTPStatus.OK else []
    named = [f"(task {task['taskArn'].rpartition('/')[2]})" for task in begun]
    if named:
        view.event(service, f"has started {len(named)} tasks: {' '.join(named)}.")
