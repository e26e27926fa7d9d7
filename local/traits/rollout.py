"""Trait: a rollout is finished by health, not by the clock.

AWS ("Deploy Amazon ECS services by replacing tasks", "How the Amazon ECS deployment circuit breaker detects
failures", "Amazon ECS service throttle logic", "API_Deployment"): a deployment is IN_PROGRESS until as many
of its tasks as desired are RUNNING, with HEALTHY containers and healthy targets, and the older deployments'
tasks are gone; those are drained only as healthy new ones allow it. A task whose container or target is
unhealthy after the health check grace period is stopped and replaced. Each failure counts in
``failedTasks``, whether or not there is a circuit breaker; a healthy task resets the count. A tripped
breaker without rollback marks the deployment FAILED: nothing new is launched and the old tasks stay. Tasks
that fail to start are relaunched at growing intervals.
Emulator: COMPLETED a second after the tasks run, whatever their health; failures counted only with a
circuit breaker; old tasks drained once the breaker trips; crashing tasks relaunched without a pause.
Here: ``local.ecs.scheduler`` replaces the emulator's own scheduling of services.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from ministack.services import ecs

from local.ecs import changes, failures, registration
from local.ecs import ecs_view as view
from local.ecs.scheduler import SCHEDULER

STATES = {"RUNNING": "running", "PROVISIONING": "pending", "PENDING": "pending", "ACTIVATING": "pending"}
EMULATOR_EVENT = "has begun draining connections on 1 tasks."


def apply() -> None:
    """Replace every place where the emulator schedules by the scheduler."""
    make = ecs._make_deployment

    def make_deployment(task_definition: str, desired: int, status: str = "PRIMARY") -> dict[str, Any]:
        deployment: dict[str, Any] = make(task_definition, desired, status)
        deployment.update(rolloutState="IN_PROGRESS", rolloutStateReason=in_progress(deployment))
        return deployment

    def wake(*_: Any, **__: Any) -> None:
        SCHEDULER.wake()

    ecs._make_deployment = make_deployment
    ecs._reconcile_service_tasks = wake
    ecs._schedule_service_deployment_completion = wake
    ecs._complete_service_deployment = wake
    ecs._record_service_task_failure = record_failure
    ecs._refresh_service_state = refresh
    registration.apply()
    ecs._update_service = ecs._ACTION_MAP["UpdateService"] = _updating(ecs._update_service)
    SCHEDULER.start()


def _updating(original: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Run UpdateService while the scheduler waits, so that it doesn't act on a half-applied update."""

    def update_service(data: dict[str, Any]) -> Any:
        with SCHEDULER.held:
            found = ecs._resolve_service_ref(data.get("service", "")) or ("",)
            cluster = ecs._resolve_cluster_name(data.get("cluster", "default"))
            service = ecs._services.get(f"{cluster}/{found[0]}")
            if service and data.get("loadBalancers", service["loadBalancers"]) != service["loadBalancers"]:
                data = {**data, "forceNewDeployment": True}  # API_UpdateService, loadBalancers
            reply = original(data)
            if reply[0] != HTTPStatus.OK or not service:
                return reply
            for deployment in service["deployments"]:
                deployment["rolloutStateReason"] = deployment["rolloutStateReason"] or in_progress(deployment)
            changes.settle(service)
            # The emulator announces draining at every update, but ECS only when it drains.
            service["events"] = [e for e in service["events"] if not e["message"].endswith(EMULATOR_EVENT)]
            return ecs.json_response({"service": ecs._sanitize(service)})

    return update_service


def in_progress(deployment: dict[str, Any]) -> str:
    """Return ECS's text for a running rollout."""
    return f"ECS deployment {deployment['id']} in progress."


def record_failure(task: dict[str, Any], digest_resolution_failed: bool = False) -> None:
    """Record that a task ended by itself or couldn't be started."""
    found = view.service_of(task)
    if found and not digest_resolution_failed:
        failures.failed(found[1], task)
        SCHEDULER.wake()


def refresh(cluster: str, group: str) -> None:
    """Recount a service's tasks and publish its running ones to its target groups."""
    service = ecs._services.get(f"{cluster}/{group.removeprefix('service:')}") if group.startswith("service:") else None
    if not service:
        return
    counts: dict[str, Counter[str]] = {}
    for task in view.tasks_of(service):
        deployment = ecs._deployment_for_task(service, task) or {"id": ""}
        counts.setdefault(deployment["id"], Counter())[STATES.get(task["lastStatus"], "stopping")] += 1
    for field in ("running", "pending"):
        service[f"{field}Count"] = sum(count[field] for count in counts.values())
        for deployment in service["deployments"]:
            deployment[f"{field}Count"] = counts.get(deployment["id"], Counter())[field]
    ecs._sync_service_targets(cluster, service)
    SCHEDULER.wake()
