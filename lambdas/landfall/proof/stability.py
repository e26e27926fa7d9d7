"""Is the rollout of *our* deployment complete? It judges our ECS deployment id, never "the service looks stable".

A service is also stable after ECS rolled a release back, or after somebody else deployed over it.
Sources: ECS API reference, Deployment (`rolloutState`) and DescribeServices.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from landfall.judging import Judged, is_seen_once, seen_twice
from landfall.model import Deployment, Kind, State, Verdict, failed, wait
from landfall.proof import older_tasks, placement, running, stops
from landfall.proof.observed import EcsDeployment, Look, ServiceView, TaskView

_GONE = ("DRAINING", "INACTIVE")
"""The states of a deleted service (ECS API reference, Service: `status`)."""

TIMEOUT, ROLLING = "STABILITY_TIMEOUT", "ROLLING"
SETTLING = timedelta(seconds=60)
"""How long a new deployment may be missing from DescribeServices (ECS is eventually consistent)."""
OLDER = timedelta(seconds=10)
"""If every deployment in an answer is older than our update by this much, the answer is stale: it was made before the
update. The margin allows for the duration of the call and for two clocks."""


def assess(look: Look, judged: Judged, now: datetime) -> Verdict:
    """Judge one look at the service and its tasks."""
    look = replace(look, tasks=_recent(look.tasks, judged.deployment))
    service, deployment, poll = look.service, judged.deployment, judged.release.limits.stability_poll_seconds
    if service is None:
        return wait(
            "SERVICE_MISSING", "ECS knows no such service at this look; a deleted service is INACTIVE at first", poll
        )
    gaps = _gaps(service)
    if gaps:
        return wait("INCOMPLETE", f"ECS's answer about the service is incomplete at this look: {gaps}", poll)
    if service.status in _GONE:
        return seen_twice("SERVICE_GONE", f"the service is {service.status}, not ACTIVE", judged)
    if service.deployment(deployment.id) is None and _too_early(service, deployment, now):
        return wait("NOT_YET_LISTED", f"ECS does not list deployment {deployment.id} at this look", poll)
    ours = service.primary
    if ours is None or ours.id != deployment.id:
        return _displaced(service, look.tasks, judged)
    if ours.task_definition != deployment.task_definition:
        what = f"{ours.id} runs {ours.task_definition}, not {deployment.task_definition}"
        return seen_twice("WRONG_REVISION", what, judged)
    if service.desired == 0 and (deployment.desired_count > 0 or deployment.kind == Kind.RELEASE):
        what = "somebody set the service's desired count to 0 during the deployment"
        return seen_twice("SCALED_TO_ZERO", what, judged)
    return _rollout(service, ours, look, judged)


def _rollout(service: ServiceView, ours: EcsDeployment, look: Look, judged: Judged) -> Verdict:
    """Judge the rollout of our deployment, which is PRIMARY."""
    deployment, limits, tasks = judged.deployment, judged.release.limits, look.tasks
    to_none = deployment.is_to_none and service.desired == 0
    if to_none and ours.rollout_state in ("COMPLETED", "FAILED"):
        return running.none_left(service, tasks, limits.stability_poll_seconds)
    done = ours.rollout_state == "COMPLETED"
    crash = stops.verdict(
        tasks,
        deployment.id,
        limits.identical_stops,
        completed=done,
        desired=max(service.desired, deployment.desired_count),
        released=deployment.digests,
    )
    if crash and not to_none:
        return crash
    if ours.rollout_state == "FAILED":
        reason = ours.rollout_reason or "ECS marked the rollout FAILED"
        return failed("ROLLOUT_FAILED", f"{reason}{_why(tasks, deployment)}")
    if not done:
        text = f"{ours.running} of {service.desired} tasks running, rollout {ours.rollout_state or 'not begun'}"
        text += placement.unplaced(service, deployment)
        known = judged.counted.said if judged.counted else ""
        told = said(look, deployment) if look.listed else known
        return wait(ROLLING, f"{text}{told}", limits.stability_poll_seconds)
    looked = running.assess(service, tasks, deployment, limits.stability_poll_seconds)
    if looked.code != running.FOREIGN:
        return looked
    # with early success ECS completes a rollout before the older tasks are gone (earlySuccessCriteria, DEFERRED)
    return replace(looked, reason=f"{looked.reason}{older_tasks.left(tasks, deployment)}")


def is_under_way(service: ServiceView, deployment: Deployment) -> bool:
    """Say whether the rollout of our deployment goes on: it is PRIMARY, and neither COMPLETED nor FAILED."""
    ours = service.primary
    return ours is not None and ours.id == deployment.id and ours.rollout_state in ("IN_PROGRESS", "")


def is_over(service: ServiceView, deployment: Deployment) -> bool:
    """Say whether the rollout of our deployment is over, while it is still PRIMARY."""
    ours = service.primary
    return ours is not None and ours.id == deployment.id and not is_under_way(service, deployment)


def said(look: Look, deployment: Deployment) -> str:
    """Say which older tasks a rollout under way waits for, and which stop was the most frequent.

    If ECS shifts the traffic, the older tasks run beside ours until the end, as intended.
    """
    service, tasks = look.service, _recent(look.tasks, deployment)
    ours = service.deployment(deployment.id) if service else None
    whole = service is not None and ours is not None and ours.running >= service.desired
    replaces = service is not None and service.shifting.is_rolling
    return f"{older_tasks.left(tasks, deployment) if whole and replaces else ''}{_why(tasks, deployment)}"


def in_time(verdict: Verdict, deployment: Deployment, now: datetime) -> Verdict:
    """Turn a WAIT at or after the deployment's deadline into a FAIL.

    A state that was seen once gets its second look first. Otherwise Landfall would roll back over somebody else's
    deployment that came just at the deadline.
    """
    if verdict.state == State.WAIT and not is_seen_once(verdict) and now >= datetime.fromisoformat(deployment.deadline):
        return failed(TIMEOUT, f"not stable by {deployment.deadline}: {verdict.reason}")
    return verdict


def _gaps(service: ServiceView) -> str:
    """Return what is missing in an answer about a service. An incomplete answer decides nothing."""
    if service.status not in ("ACTIVE", *_GONE):
        return f"its status is {service.status!r}"
    if service.status in _GONE:
        return ""
    primaries = [d for d in service.deployments if d.status == "PRIMARY"]
    if len(primaries) != 1:
        return f"of {len(service.deployments)} deployments {len(primaries)} are PRIMARY"
    return "" if primaries[0].id and primaries[0].task_definition else "its PRIMARY deployment has no id or no revision"


def _too_early(service: ServiceView, deployment: Deployment, now: datetime) -> bool:
    """Say whether an answer without our deployment may be stale: our deployment is new, or all others are older."""
    made = datetime.fromisoformat(deployment.updated_at)
    changed = [d.changed_at for d in service.deployments]
    return now < made + SETTLING or (bool(changed) and all(at is not None and at < made - OLDER for at in changed))


def _recent(tasks: tuple[TaskView, ...], deployment: Deployment) -> tuple[TaskView, ...]:
    """Leave out tasks that stopped before our update: a rollback that changes nothing judges an old ECS deployment."""
    began = datetime.fromisoformat(deployment.updated_at) - OLDER
    return tuple(t for t in tasks if t.stopped_at is None or t.stopped_at >= began)


def _displaced(service: ServiceView, tasks: tuple[TaskView, ...], judged: Judged) -> Verdict:
    primary, deployment, baseline = service.primary, judged.deployment, judged.baseline
    went_back = primary is not None and primary.task_definition in (baseline.task_definition, baseline.restore_to)
    if deployment.kind == Kind.RELEASE and went_back:
        text = "ECS, or somebody else, went back to the baseline's revision"
        return seen_twice("ROLLED_BACK_BY_ECS", f"{text}{_told(service, deployment)}{_why(tasks, deployment)}", judged)
    other = f"{primary.id} ({primary.task_definition})" if primary else "none"
    return seen_twice("SUPERSEDED", f"the service's PRIMARY deployment is {other}, not ours ({deployment.id})", judged)


def _told(service: ServiceView, deployment: Deployment) -> str:
    """Return what ECS says about the end of our deployment, if it still lists it, or about the deployment after it."""
    told = service.deployment(deployment.id) or service.primary
    return f": {told.rollout_reason}" if told and told.rollout_reason else ""


def _why(tasks: tuple[TaskView, ...], deployment: Deployment) -> str:
    worst = stops.counts(tasks, deployment.id, deployment.digests).most_common(1)
    return f"; {worst[0][1]} stopped: {stops.shown(worst[0][0])}" if worst else ""
