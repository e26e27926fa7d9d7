"""How the scheduler reacts to tasks that fail or succeed: counts, delays, the circuit breaker."""

from __future__ import annotations

import threading
import time
from typing import Any

from ministack.services import ecs

from local.ecs import ecs_view as view
from local.ecs import target_groups

Record = dict[str, Any]

FIRST_DELAY, GROWTH, LONGEST_DELAY = 1.0, 1.6, 20.0  # seconds; ECS itself goes up to 27 minutes
COUNTING = threading.Lock()  # tasks fail on separate threads


def reason_to_stop(service: Record, task: Record) -> str:
    """Return why a task must be stopped, in ECS's words, or an empty string."""
    if view.has_health_check(task) and task.get("healthStatus") == "UNHEALTHY":
        return "Task failed container health checks"
    for group, health in view.target_healths(service, task):
        if health.state == "unhealthy":
            return f"Task failed ELB health checks in (target-group {group})"
    return ""


def failed(service: Record, task: Record) -> None:
    """Count a failed task, delay the next launch, and trip the circuit breaker if needed."""
    deployment = ecs._deployment_for_task(service, task)
    if not deployment:
        return
    rounds = int(deployment.get("_rounds", 0))
    pause = min(LONGEST_DELAY, FIRST_DELAY * GROWTH ** max(0, rounds - 1))
    deployment["_launch_after"] = time.monotonic() + pause
    if deployment["status"] == "PRIMARY" and deployment["rolloutState"] == "IN_PROGRESS":
        with COUNTING:
            deployment["failedTasks"] = int(deployment.get("failedTasks", 0)) + 1
        deployment["updatedAt"] = ecs._iso()
        breaker = (service.get("deploymentConfiguration") or {}).get("deploymentCircuitBreaker") or {}
        if breaker.get("enable") and deployment["failedTasks"] >= ecs._circuit_breaker_threshold(service):
            _trip(service, deployment, rollback=bool(breaker.get("rollback")))


def succeeded(service: Record, deployment: Record, task: Record) -> None:
    """Record that a task runs successfully. This resets the count of consecutive failures and the throttle."""
    if task.get("_succeeded"):
        return
    task["_succeeded"] = True
    deployment.pop("_rounds", None)
    deployment.pop("_launch_after", None)
    breaker = (service.get("deploymentConfiguration") or {}).get("deploymentCircuitBreaker") or {}
    if breaker.get("resetOnHealthyTask", True):
        deployment["failedTasks"] = 0


def _trip(service: Record, deployment: Record, *, rollback: bool) -> None:
    """Trip the circuit breaker: the deployment is FAILED; with rollback, the last completed one is PRIMARY again."""
    deployment.update(
        rolloutState="FAILED", rolloutStateReason="ECS deployment circuit breaker: tasks failed to start."
    )
    view.event(service, f"(deployment {deployment['id']}) deployment failed: tasks failed to start.")
    if rollback:
        go_back(service, deployment, "ECS deployment circuit breaker")


def go_back(service: Record, deployment: Record, why: str) -> bool:
    """Make the last completed deployment PRIMARY again. Returns False if there is none."""
    last = target_groups.source(service, deployment)
    if last is None:
        return False
    deployment.update(status="ACTIVE", desiredCount=0)
    reason = f"{why}: rolling back to deploymentId {last['id']}."
    last.update(status="PRIMARY", rolloutState="IN_PROGRESS", rolloutStateReason=reason)
    last["desiredCount"] = service["desiredCount"]
    service["deployments"] = [last, *(d for d in service["deployments"] if d is not last)]
    service["taskDefinition"] = last["taskDefinition"]
    view.event(service, f"rolling back to deployment {last['id']}.")
    return True
