"""Confirm: the last look before the word "proven". What was true one state ago may not be true any more.

It is the same look as at target health, with a role of its own; and at the logs, for services that ask for that.
"""

from __future__ import annotations

from datetime import datetime

import check_target_health
from landfall.errors import AwsCallFailed
from landfall.judging import Judged, Judgement
from landfall.logs import task_logs
from landfall.logs.task_logs import Written
from landfall.model import Kind, State, Verdict, passed
from landfall.runtime.step import step
from landfall.runtime.world import World
from landfall.settings import Service


def run(event: Judged, world: World) -> Judgement:
    """Look once more. What ran before is not judged by its own logs."""
    looked = check_target_health.run(event, world)
    settings = world.service(event.release.service)
    if looked.verdict.state != State.PASS or event.deployment.kind != Kind.RELEASE or not settings.logs.gate:
        return looked
    written = _logs(event, settings, world)
    if written.state != State.PASS:
        return Judgement(written)
    return Judgement(passed(looked.verdict.code, f"{looked.verdict.reason}; {written.reason}"))


def _logs(event: Judged, settings: Service, world: World) -> Verdict:
    """Judge what the release's tasks wrote. Logs that can't be read are no evidence against a release (law 8)."""
    try:
        return _judged(event, settings, world)
    except AwsCallFailed as error:
        return passed("LOGS_UNREAD", f"the gate on its logs did not look: {error}")


def _judged(event: Judged, settings: Service, world: World) -> Verdict:
    ecs, revision = world.ecs(settings.name), event.deployment.task_definition
    place = task_logs.place(ecs.task_definition(revision)[0], settings.container)
    if place is None:
        return passed("LOGS_UNREAD", f"the gate on its logs did not look: {revision} writes where it can't")
    tasks = [task.arn for task in ecs.tasks("RUNNING") if task.task_definition == revision][: task_logs.MOST_TASKS]
    now = sum((world.logs.of_task(place, task) for task in tasks), start=Written())
    before = world.logs.before(place, datetime.fromisoformat(event.release.started_at), settings.logs.baseline_minutes)
    pattern = settings.logs.error_pattern
    return task_logs.assess(task_logs.tally(now, pattern), task_logs.tally(before, pattern), settings.logs)


handler = step(Judged, run)
