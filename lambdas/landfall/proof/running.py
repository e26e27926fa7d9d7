"""Judges the running tasks: their count, image digests and health. A COMPLETED rollout must run our digest.

Sources: ECS API reference, Task (`desiredStatus`, `healthStatus`), Container (`imageDigest`, `healthStatus`) and
HealthCheck.
"""

from __future__ import annotations

from collections.abc import Collection

from landfall.model import Deployment, Kind, Verdict, failed, passed, wait
from landfall.proof.observed import HEALTH_UNKNOWN, UNHEALTHY, Container, ServiceView, TaskView

FOREIGN = "FOREIGN_TASK"
_IN_SO_MANY = 50
"""One task in this many may be starting at any moment: of a hundred Spot tasks, one is always being replaced."""


def assess(service: ServiceView, tasks: Collection[TaskView], deployment: Deployment, poll: int) -> Verdict:
    """Judge the tasks that ECS means to run: all must be ours, run our digest, and not be unhealthy.

    The count to reach is the service's current desired count. Auto scaling may change it during a deployment.
    """
    wanted = meant(tasks)
    foreign = next((t for t in wanted if not belongs(t, deployment)), None)
    if foreign:
        return wait(FOREIGN, f"task {foreign.arn} does not belong to this deployment", poll)
    wrong = _wrong_digest(wanted, deployment)
    if wrong:
        return wrong
    sick = next((why for task in wanted if (why := _sickness(task, deployment))), "")
    if sick:
        return wait("CONTAINER_UNHEALTHY", sick, poll)
    told = _told_of(wanted, deployment) | set(deployment.health_checked)
    serving = [t for t in wanted if t.serves and told <= _told_of([t], deployment)]
    if len(wanted) > service.desired or len(serving) < service.desired - replaceable(service.desired):
        judged = " with a result of their health checks" if told else ""
        return wait("TASKS_CHANGING", f"{len(serving)} of {service.desired} tasks running{judged}", poll)
    mute = next((t for t in wanted if t.serves and not _reports(t, deployment)), None)
    if mute:
        names = ", ".join(repr(name) for name in deployment.digests)
        return wait("DIGEST_UNREPORTED", f"task {mute.arn} does not report the digest of {names} yet", poll)
    late = f", {service.desired - len(serving)} starting" if len(serving) < service.desired else ""
    return passed("STABLE", f"{len(serving)} of {service.desired} tasks run this release{late}, rollout COMPLETED")


def none_left(service: ServiceView, tasks: Collection[TaskView], poll: int) -> Verdict:
    """Judge a finished way back to no tasks: no task may run.

    A failed rollout, or tasks that could not start, is not evidence: ECS may have started them itself, when it went
    back to an image that never existed.
    """
    left = max(len(meant(tasks)), sum(each.running + each.pending for each in service.deployments))
    if left:
        return wait("TASKS_CHANGING", f"{left} tasks still run, and none should", poll)
    return passed("STABLE", "no task runs, as before the first release")


def meant(tasks: Collection[TaskView]) -> tuple[TaskView, ...]:
    """Return the tasks that ECS means to run, each once: running or starting."""
    return tuple({t.arn: t for t in tasks if t.desired_status == "RUNNING"}.values())


def belongs(task: TaskView, deployment: Deployment) -> bool:
    """Say whether a task belongs to the deployment.

    On the way back, the baseline's revision counts: ECS may keep tasks that an earlier deployment of it started.
    """
    of_revision = task.task_definition == deployment.task_definition
    return of_revision and (deployment.kind == Kind.ROLLBACK or task.started_by == deployment.id)


def replaceable(desired: int) -> int:
    """Return how many of a service's tasks may still be starting while the others prove the release."""
    return max(desired, 0) // _IN_SO_MANY


def _reports(task: TaskView, deployment: Deployment) -> bool:
    return all(digests and "" not in digests for digests in _digests(task, deployment).values())


def _digests(task: TaskView, deployment: Deployment) -> dict[str, set[str]]:
    names = deployment.digests
    return {name: {c.image_digest for c in task.containers if c.name == name} for name in names}


def _wrong_digest(wanted: Collection[TaskView], deployment: Deployment) -> Verdict | None:
    for task in wanted:
        for container, digests in _digests(task, deployment).items():
            accepted = deployment.digests[container]
            for digest in sorted(digests - {"", *accepted}):
                what = f"runs {digest}, not {' or '.join(accepted)}"
                return failed("WRONG_DIGEST", f"container {container!r} of {task.arn} {what}")
    return None


def _sickness(task: TaskView, deployment: Deployment) -> str:
    """Say what is wrong with a task's health. A sidecar that is not essential doesn't count."""
    if deployment.as_unhealthy:
        return ""
    sick = next((c.name for c in _released(task, deployment) if c.health == UNHEALTHY), "")
    if not sick and task.health != UNHEALTHY:
        return ""
    what = f"container {sick!r}" if sick else "an essential container"
    return f"task {task.arn} is UNHEALTHY: the health check of {what} in its task definition fails"


def _told_of(tasks: Collection[TaskView], deployment: Deployment) -> set[str]:
    """Return the containers that ECS reports health for: released containers by name, and "" for the whole task.

    If the revision has a health check, or ECS reports health for another of its tasks, UNKNOWN means that there is no
    result yet. Otherwise UNKNOWN is not a fault.
    """
    told = {c.name for task in tasks for c in _released(task, deployment) if _is_told(c.health)}
    return told | {"" for task in tasks if _is_told(task.health)}


def _released(task: TaskView, deployment: Deployment) -> list[Container]:
    return [c for c in task.containers if c.name in deployment.digests]


def _is_told(health: str) -> bool:
    return health not in ("", HEALTH_UNKNOWN)
