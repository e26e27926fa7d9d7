"""The log gate, for services that switch it on: it reads what the release's tasks wrote, and the lines before it."""

from __future__ import annotations

from datetime import datetime, timedelta

from landfall.errors import AwsBusy, AwsCallFailed
from landfall.judging import Judged
from landfall.logs import task_logs
from landfall.logs.task_logs import Written
from landfall.model import Verdict, passed
from landfall.runtime.world import World
from landfall.settings import Service


def assess(event: Judged, settings: Service, world: World) -> Verdict:
    """Judge what the release's tasks wrote. Unreadable logs are not evidence against a release (law 8).

    Raises AwsBusy until the deployment's deadline, and for as long as its owner, gates or a sign-off may hold it: logs
    that AWS throttles are read later.
    """
    try:
        return _assessed(event, settings, world)
    except AwsCallFailed as error:
        limits = event.release.limits
        pause = timedelta(seconds=limits.owner_pause_seconds + limits.strategy_seconds + limits.approval_seconds)
        if isinstance(error, AwsBusy) and world.now() < datetime.fromisoformat(event.deployment.deadline) + pause:
            raise
        return passed("LOGS_UNREAD", f"the log gate could not read the logs: {error}")


def _assessed(event: Judged, settings: Service, world: World) -> Verdict:
    ecs, revision = world.ecs(settings.name), event.deployment.task_definition
    place = task_logs.place(ecs.task_definition(revision)[0], settings.container)
    if place is None:
        return passed("LOGS_UNREAD", f"the log gate can't read where {revision} writes its logs")
    tasks = [task.arn for task in ecs.tasks("RUNNING") if task.task_definition == revision][: task_logs.MOST_TASKS]
    now = sum((world.logs.of_task(place, task) for task in tasks), start=Written())
    before = world.logs.before(place, datetime.fromisoformat(event.release.started_at), settings.logs.baseline_minutes)
    pattern = settings.logs.error_pattern
    return task_logs.assess(task_logs.tally(now, pattern), task_logs.tally(before, pattern), settings.logs)
