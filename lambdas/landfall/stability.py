"""Is the rollout of *our* deployment done? Keyed on the ECS deployment id, never on "the service looks stable".

A service is just as stable after ECS rolled a release back, or after somebody else deployed over it.
Sources: ECS API reference, Deployment (`rolloutState`) and DescribeServices.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from landfall import stops
from landfall.judging import Judged
from landfall.model import Deployment, Kind, State, Verdict, failed, passed, wait
from landfall.observed import Look, ServiceView, TaskView

SETTLING = timedelta(seconds=60)
"""How long a deployment that was just made may be missing from DescribeServices (ECS is eventually consistent)."""
OLDER = timedelta(seconds=10)
"""A picture whose every deployment is older than our update by this much was taken before it: a late read. The
margin is for the call itself and for two clocks."""


def assess(look: Look, judged: Judged, now: datetime) -> Verdict:
    """Judge one look at the service and its tasks."""
    look = replace(look, tasks=_recent(look.tasks, judged.deployment))
    service, deployment, limits = look.service, judged.deployment, judged.release.limits
    poll = limits.stability_poll_seconds
    if service is None:
        return wait(
            "SERVICE_MISSING", "ECS knows no such service at this look; a deleted one is INACTIVE at first", poll
        )
    if service.status != "ACTIVE":
        return failed("SERVICE_GONE", f"the service is {service.status or 'in no state'}, not ACTIVE")
    ours = service.primary
    if service.deployment(deployment.id) is None and _too_early(service, deployment, now):
        return wait("NOT_YET_LISTED", f"ECS does not list deployment {deployment.id} at this look", poll)
    if ours is None or ours.id != deployment.id:
        return _displaced(service, look.tasks, judged)
    if ours.task_definition != deployment.task_definition:
        return failed("WRONG_REVISION", f"{ours.id} is of {ours.task_definition}, not {deployment.task_definition}")
    if service.desired == 0 and (deployment.desired_count > 0 or deployment.kind == Kind.RELEASE):
        return failed("SCALED_TO_ZERO", "somebody set the service's desired count to 0 during the deployment")
    done = ours.rollout_state == "COMPLETED"
    crash = stops.verdict(look.tasks, deployment.id, limits.identical_stops, completed=done)
    if crash:
        return crash
    if ours.rollout_state == "FAILED":
        reason = ours.rollout_reason or "ECS marked the rollout FAILED"
        return failed("ROLLOUT_FAILED", f"{reason}{_why(look.tasks, deployment)}")
    if not done:
        text = f"{ours.running} of {service.desired} tasks running, rollout {ours.rollout_state or 'not begun'}"
        return wait("ROLLING", f"{text}{_why(look.tasks, deployment)}", poll)
    return _running(service, look.tasks, deployment, poll)


def in_time(verdict: Verdict, deployment: Deployment, now: datetime) -> Verdict:
    """Turn a WAIT at or after the deployment's deadline into a FAIL."""
    if verdict.state == State.WAIT and now >= datetime.fromisoformat(deployment.deadline):
        return failed("STABILITY_TIMEOUT", f"not stable by {deployment.deadline}: {verdict.reason}")
    return verdict


def belongs(task: TaskView, deployment: Deployment) -> bool:
    """Say whether a task is the deployment's own.

    Going back, the baseline's revision is what counts: ECS may keep tasks that an earlier deployment of it started.
    """
    of_revision = task.task_definition == deployment.task_definition
    return of_revision and (deployment.kind == Kind.ROLLBACK or task.started_by == deployment.id)


def _too_early(service: ServiceView, deployment: Deployment, now: datetime) -> bool:
    """Say whether a picture without our deployment may be one from before it: ours is new, or all in it is older."""
    made = datetime.fromisoformat(deployment.updated_at)
    changed = [d.changed_at for d in service.deployments]
    return now < made + SETTLING or (bool(changed) and all(at is not None and at < made - OLDER for at in changed))


def _recent(tasks: tuple[TaskView, ...], deployment: Deployment) -> tuple[TaskView, ...]:
    """Leave out what stopped before our update: going back may change nothing, and judge an ECS deployment of old."""
    began = datetime.fromisoformat(deployment.updated_at) - OLDER
    return tuple(t for t in tasks if t.stopped_at is None or t.stopped_at >= began)


def _displaced(service: ServiceView, tasks: tuple[TaskView, ...], judged: Judged) -> Verdict:
    primary, deployment, baseline = service.primary, judged.deployment, judged.baseline
    went_back = primary is not None and primary.task_definition in (baseline.task_definition, baseline.restore_to)
    if deployment.kind == Kind.RELEASE and went_back:
        text = "ECS, or somebody else, went back to the baseline's revision"
        return failed("ROLLED_BACK_BY_ECS", f"{text}{_told(service, deployment)}{_why(tasks, deployment)}")
    other = f"{primary.id} ({primary.task_definition})" if primary else "none"
    return failed("SUPERSEDED", f"the service's PRIMARY deployment is {other}, not ours ({deployment.id})")


def _told(service: ServiceView, deployment: Deployment) -> str:
    """Return what ECS says about the end of our deployment, where it still lists it, or about the one after it."""
    told = service.deployment(deployment.id) or service.primary
    return f": {told.rollout_reason}" if told and told.rollout_reason else ""


def _why(tasks: tuple[TaskView, ...], deployment: Deployment) -> str:
    worst = stops.counts(tasks, deployment.id).most_common(1)
    return f"; {worst[0][1]} stopped: {stops.shown(worst[0][0])}" if worst else ""


def _running(service: ServiceView, tasks: tuple[TaskView, ...], deployment: Deployment, poll: int) -> Verdict:
    """Look at the tasks themselves: what ECS calls COMPLETED must run our bytes, and nothing else may.

    The count asked for is the service's own: auto scaling may change it during a deployment, and that is no fault.
    """
    wanted = tuple({t.arn: t for t in tasks if t.desired_status == "RUNNING"}.values())
    if len(wanted) != service.desired or not all(t.serves for t in wanted):
        running = sum(t.serves for t in wanted)
        return wait("TASKS_CHANGING", f"{running} of {service.desired} tasks running", poll)
    for task in wanted:
        if not belongs(task, deployment):
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
