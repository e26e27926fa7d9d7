"""Is the rollout of *our* deployment done? Keyed on the ECS deployment id, never on "the service looks stable".

A service is just as stable after ECS rolled a release back, or after somebody else deployed over it.
Sources: ECS API reference, Deployment (`rolloutState`) and DescribeServices.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from landfall import stops
from landfall.judging import Judged
from landfall.model import Baseline, Deployment, Kind, State, Verdict, failed, passed, wait
from landfall.observed import EcsDeployment, Look, ServiceView, TaskView

SETTLING = timedelta(seconds=60)
"""How long a deployment that was just made may be missing from DescribeServices (ECS is eventually consistent)."""


def assess(look: Look, judged: Judged, now: datetime) -> Verdict:
    """Judge one look at the service and its tasks."""
    service, deployment, limits = look.service, judged.deployment, judged.release.limits
    if service is None or service.status != "ACTIVE":
        return failed("SERVICE_GONE", f"the service is {service.status if service else 'missing'}, not ACTIVE")
    ours, poll = service.primary, limits.stability_poll_seconds
    if service.deployment(deployment.id) is None and now < datetime.fromisoformat(deployment.updated_at) + SETTLING:
        return wait("NOT_YET_LISTED", f"ECS does not list deployment {deployment.id} yet", poll)
    if ours is None or ours.id != deployment.id:
        return _displaced(ours, deployment, judged.baseline)
    if ours.task_definition != deployment.task_definition:
        return failed("WRONG_REVISION", f"{ours.id} is of {ours.task_definition}, not {deployment.task_definition}")
    if service.desired == 0 and (deployment.desired_count > 0 or deployment.kind == Kind.RELEASE):
        return failed("SCALED_TO_ZERO", "somebody set the service's desired count to 0 during the deployment")
    if ours.rollout_state == "FAILED":
        return failed(
            "ROLLOUT_FAILED", f"{ours.rollout_reason or 'ECS marked the rollout FAILED'}{_why(look.tasks, ours)}"
        )
    crash = _crash_loop(look.tasks, ours, limits.identical_stops)
    if crash:
        return crash
    if ours.rollout_state != "COMPLETED":
        text = f"{ours.running} of {service.desired} tasks running, rollout {ours.rollout_state or 'not begun'}"
        return wait("ROLLING", f"{text}{_why(look.tasks, ours)}", poll)
    return _running(service, look.tasks, deployment, poll)


def in_time(verdict: Verdict, deployment: Deployment, now: datetime) -> Verdict:
    """Turn a WAIT at or after the deployment's deadline into a FAIL."""
    if verdict.state == State.WAIT and now >= datetime.fromisoformat(deployment.deadline):
        return failed("STABILITY_TIMEOUT", f"not stable by {deployment.deadline}: {verdict.reason}")
    return verdict


def _displaced(primary: EcsDeployment | None, deployment: Deployment, baseline: Baseline) -> Verdict:
    went_back = primary is not None and primary.task_definition in (
        baseline.task_definition,
        baseline.restore_to,
    )
    if deployment.kind == Kind.RELEASE and went_back:
        return failed("ROLLED_BACK_BY_ECS", "ECS went back to the baseline's revision on its own")
    other = f"{primary.id} ({primary.task_definition})" if primary else "none"
    return failed("SUPERSEDED", f"the service's PRIMARY deployment is {other}, not ours ({deployment.id})")


def _crash_loop(tasks: tuple[TaskView, ...], ours: EcsDeployment, limit: int) -> Verdict | None:
    worst = stops.counts(tasks, ours.id).most_common(1)
    if not worst or worst[0][1] < limit:
        return None
    stop, count = worst[0]
    return failed("CRASH_LOOP", f"{count} tasks of this deployment stopped alike: {stop}")


def _why(tasks: tuple[TaskView, ...], ours: EcsDeployment) -> str:
    worst = stops.counts(tasks, ours.id).most_common(1)
    return f"; {worst[0][1]} stopped: {worst[0][0]}" if worst else ""


def _running(service: ServiceView, tasks: tuple[TaskView, ...], deployment: Deployment, poll: int) -> Verdict:
    """Look at the tasks themselves: what ECS calls COMPLETED must run our bytes, and nothing else may.

    The count asked for is the service's own: auto scaling may change it during a deployment, and that is no fault.
    """
    wanted = tuple({t.arn: t for t in tasks if t.desired_status == "RUNNING"}.values())
    if len(wanted) != service.desired or not all(t.serves for t in wanted):
        running = sum(t.serves for t in wanted)
        return wait("TASKS_CHANGING", f"{running} of {service.desired} tasks running", poll)
    for task in wanted:
        if task.task_definition != deployment.task_definition or task.started_by != deployment.id:
            return wait("FOREIGN_TASK", f"task {task.arn} is not of this deployment", poll)
        wrong = _wrong_digest(task, deployment, poll)
        if wrong:
            return wrong
    return passed("STABLE", f"{len(wanted)} of {service.desired} tasks run this release, rollout COMPLETED")


def _wrong_digest(task: TaskView, deployment: Deployment, poll: int) -> Verdict | None:
    for container, accepted in deployment.digests.items():
        reported = {c.image_digest for c in task.containers if c.name == container}
        if not reported or "" in reported:
            return wait("DIGEST_UNREPORTED", f"task {task.arn} does not report the digest of {container!r} yet", poll)
        for digest in reported - set(accepted):
            expected = " or ".join(accepted)
            return failed("WRONG_DIGEST", f"container {container!r} of {task.arn} runs {digest}, not {expected}")
    return None
