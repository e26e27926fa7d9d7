"""Have the tasks of a worker run long enough without a stop, and are they alone?

A worker has no targets, so time is what shows that its tasks stay up. ECS calls a rollout COMPLETED although its tasks
exit soon after they started, and starts them again (Amazon ECS Developer Guide, service throttle logic;
https://github.com/aws/containers-roadmap/issues/1206).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from landfall.judging import Judged
from landfall.model import Deployment, Verdict, passed, wait
from landfall.proof import older_tasks, running, stops
from landfall.proof.observed import Look, TaskView


@dataclass(frozen=True)
class Held:
    """The verdict on the steady time of `seconds`, the tasks that have run that long, and since when."""

    verdict: Verdict
    seconds: int
    tasks: tuple[TaskView, ...]
    alone: datetime


def assess(look: Look, judged: Judged, steady_seconds: int, now: datetime) -> Held:
    """Judge one look at a service for which law 1 holds as far as ECS shows it."""
    deployment, poll = judged.deployment, judged.release.limits.smoke_interval_seconds
    gone, seconds = _alone(look, deployment), _needed(look, judged, steady_seconds)
    ours = [t for t in running.meant(look.tasks) if running.belongs(t, deployment) and t.serves]
    known = sorted((t for t in ours if t.started_at), key=lambda t: t.started_at or now)
    old = tuple(t for t in known if t.started_at and _has_run(t.started_at, seconds, now))
    needed = _count(look, deployment)
    since = max([gone, *(t.started_at for t in known[:needed] if t.started_at)])

    def told(verdict: Verdict) -> Held:
        return Held(verdict, seconds, old, since)

    left = older_tasks.there(look.tasks, deployment)
    if left:
        named = older_tasks.few(f"{t.arn.rpartition('/')[2]} {t.last_status}" for t in left)
        why = f"{len(left)} older tasks are still there: {named}; the new ones are not alone yet"
        return told(wait("OLDER_TASK_RUNS", why, poll))
    died = max((t.stopped_at for t in _died(look, deployment) if t.stopped_at), default=gone)
    for what, at in (("the last older task stopped", gone), ("a task stopped by its own fault", died)):
        if not _has_run(at, seconds, now):
            return told(_early(f"{what} at {at.isoformat(timespec='seconds')}", at, seconds, now, poll))
    if len(old) < needed:
        last = known[needed - 1].started_at or now if len(known) >= needed else now
        why = f"{len(old)} of {needed} tasks have run for {seconds} s"
        return told(_early(why, last, seconds, now, poll))
    young = f", {len(ours) - len(old)} younger" if len(ours) > len(old) else ""
    return told(passed("STEADY", f"{len(old)} tasks have run for {seconds} s without a stop{young}"))


def _count(look: Look, deployment: Deployment) -> int:
    """Return how many tasks must have run that long. Those that auto scaling added since the update may be younger."""
    desired = look.service.desired if look.service else 0
    wanted = min(desired, deployment.desired_count) if deployment.desired_count > 0 else desired
    return max(1, wanted - running.replaceable(desired))


def _alone(look: Look, deployment: Deployment) -> datetime:
    """Return when the last older task stopped. Tasks that ECS no longer lists stopped long before the update."""
    others = (t for t in look.tasks if not running.belongs(t, deployment))
    return max([datetime.fromisoformat(deployment.updated_at), *(t.stopped_at for t in others if t.stopped_at)])


def _needed(look: Look, judged: Judged, steady_seconds: int) -> int:
    """Return the steady time: longer than the longest life of a task that stopped, so that its next stop is seen.

    It does not grow beyond the time that tasks have to settle, since the machine's looks end then.
    """
    limits = judged.release.limits
    lives = (t.stopped_at - t.started_at for t in _died(look, judged.deployment) if t.started_at and t.stopped_at)
    longest = int(max(lives, default=timedelta()).total_seconds())
    if not longest:
        return steady_seconds
    return max(steady_seconds, min(longest + limits.smoke_interval_seconds, limits.settling_seconds))


def _died(look: Look, deployment: Deployment) -> Collection[TaskView]:
    return stops.died(look.tasks, deployment.id)


def _has_run(since: datetime, seconds: int, now: datetime) -> bool:
    return now - since >= timedelta(seconds=seconds)


def _early(why: str, since: datetime, seconds: int, now: datetime, poll: int) -> Verdict:
    left = seconds - int((now - since).total_seconds())
    return wait("STEADYING", f"{why}; {seconds} s are needed without a stop", min(left, poll))
