"""The look at a worker: law 1 as far as ECS shows it, then the steady time, the commit in its logs, and its progress.

Each part is read only if the parts before it hold, so most looks make no call to CloudWatch.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from landfall import worker
from landfall.errors import AwsCallFailed
from landfall.judging import Judged, is_seen_once
from landfall.logs import task_logs
from landfall.model import Kind, State, Verdict
from landfall.proof import law1
from landfall.proof.observed import TaskView
from landfall.runtime.world import World
from landfall.settings import Service
from landfall.settings.worker import Worker
from landfall.smoke.case import Check
from landfall.steps import law1_look
from landfall.steps.workers.worker_reads import Reading
from landfall.worker import commit_lines, progress, steadiness
from landfall.worker.commit_lines import Expression
from landfall.worker.progress import Progressed
from landfall.worker.steadiness import Held

Judgement = tuple[Verdict, tuple[Check, ...]]


def assess(event: Judged, world: World) -> Judgement:
    """Look at a worker once. Raises AwsBusy if AWS throttles a read: that is never evidence."""
    settings, now = world.service(event.release.service), world.now()
    unknown = commit_lines.unknown(event.deployment)
    if unknown:
        return unknown, ()
    look = law1_look.look(event, world)
    verdict = law1.assess(look, event, now)
    if verdict.state != State.PASS:
        return _soon(verdict, event), ()
    held = steadiness.assess(look, event, (settings.worker or Worker()).steady_seconds, now)
    if held.verdict.state != State.PASS:
        return held.verdict, (worker.steady(held),)
    return of_held(event, settings, held, world)


def of_held(event: Judged, settings: Service, held: Held, world: World) -> Judgement:
    """Judge the logs and the progress of tasks that ran steadily."""
    reading = _reading(event, settings, world)
    refusal, logged = _logged(event, settings, held, reading)
    if refusal:
        return refusal, (worker.steady(held), logged)
    moved = _progressed(event, settings, held, reading)
    if moved.verdict:
        return moved.verdict, (worker.steady(held), logged, moved.check)
    return worker.conclusion(held, logged, moved)


def commit_check(
    settings: Service, git_sha: str, tasks: Collection[TaskView], reading: Reading
) -> tuple[Verdict | None, Check]:
    """Read the lines in which the tasks log a commit, and judge them."""
    expression = Expression((settings.worker or Worker()).commit_filter, git_sha)
    written, poll = reading.naming(expression, tasks), settings.limits.smoke_interval_seconds
    return commit_lines.assess(written, tasks, expression, f"services.{settings.name}.worker.commit_filter", poll)


def _soon(verdict: Verdict, event: Judged) -> Verdict:
    """Return the verdict with the interval of a worker's looks, so that the number of looks limits the time."""
    poll = event.release.limits.smoke_interval_seconds
    return verdict if is_seen_once(verdict) else replace(verdict, retry_after=min(verdict.retry_after, poll))


def _reading(event: Judged, settings: Service, world: World) -> Reading:
    revision = event.deployment.task_definition
    place = task_logs.place(world.ecs(settings.name).task_definition(revision)[0], settings.container)
    if place is None:
        why = f"container {settings.container!r} of {revision} does not write to CloudWatch Logs with a stream prefix"
        raise AwsCallFailed("LogsUnreadable", why)
    return Reading(world, place)


def _logged(event: Judged, settings: Service, held: Held, reading: Reading) -> tuple[Verdict | None, Check]:
    before = event.baseline.checks.get(commit_lines.COMMIT)
    if not commit_lines.required(event.deployment, event.baseline.git_sha, before):
        return None, commit_lines.not_asked()
    return commit_check(settings, event.deployment.git_sha, held.tasks, reading)


def _progressed(event: Judged, settings: Service, held: Held, reading: Reading) -> Progressed:
    asked = settings.worker.progress if settings.worker else None
    if event.deployment.kind == Kind.ROLLBACK:
        return progress.skipped("not asked of what ran before the update")
    if asked is None:
        return progress.not_set(settings.name)
    now = reading.world.now()
    work = reading.work(asked, progress.since(asked, held.alone, now), now, held.tasks)
    if work.amount:
        return progress.moved(asked, work)
    if not progress.is_due(asked, held.alone, now):
        return progress.early(asked, held.alone, now, event.release.limits.smoke_interval_seconds)
    began = datetime.fromisoformat(event.release.started_at or event.release.requested_at)
    return progress.compared(asked, work, reading.work(asked, *progress.before(asked, began)))
