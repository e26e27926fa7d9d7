"""Reads what blue's and green's tasks logged in the same minutes, for the gates while traffic shifts and after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from landfall.errors import AwsCallFailed
from landfall.gates import log_minutes
from landfall.gates.gate_state import GateState
from landfall.gates.log_minutes import Logged
from landfall.gates.traffic_series import MINUTE
from landfall.judging import Judged
from landfall.logs import task_logs
from landfall.logs.task_logs import Place, Written
from landfall.proof.observed import TaskView
from landfall.runtime.world import World
from landfall.settings import Service
from landfall.settings.strategy import Strategy

MOST_LINES = 5_000
"""Lines that one look counts. If there are more, it counts a sample from each minute's beginning."""
NO_GROUP = "ResourceNotFoundException"
"""CloudWatch Logs' code for a log group that does not exist (API reference, FilterLogEvents): nobody wrote there."""


def read(event: Judged, state: GateState, tasks: Sequence[TaskView], settings: Service, world: World) -> GateState:
    """Return the state with the finished minutes of logs. Raises AwsCallFailed.

    If the logs can't be compared, it reads nothing, and `unlogged` says why: Landfall may read only one log group.
    """
    if event.baseline.desired_count == 0 or not (settings.strategy or Strategy()).traffic.log_errors:
        return state
    if not (settings.logs.group or settings.stack):
        return replace(state, unlogged=f"services.{settings.name}.logs.group is not set")
    ecs = world.ecs(settings.name)
    revisions = (event.baseline.task_definition, event.deployment.task_definition)
    places = [task_logs.place(ecs.task_definition(each)[0], settings.container) for each in revisions]
    known = [place for place in places if place and _is_open(place, settings)]
    if len(known) < len(places):
        return replace(state, unlogged=_why(places, settings))
    minutes = log_minutes.due(state.logged, state.began_at, world.now())
    if not minutes:
        return state
    ids = [frozenset(_id(task) for task in tasks if task.task_definition == each) for each in revisions]
    more = _counted(minutes, known, (ids[0], ids[1]), settings, world)
    return replace(state, logged=log_minutes.kept(state.logged, more))


def _is_open(place: Place, settings: Service) -> bool:
    """Say whether Landfall may read a log group: the one in the settings, or the one of a stack that it made."""
    return place.group == settings.logs.group if settings.logs.group else settings.stack is not None


def _why(places: Sequence[Place | None], settings: Service) -> str:
    group = settings.logs.group
    found = next((place.group for place in places if place and place.group != group), "")
    return f"tasks log to {found!r}, and logs.group is {group!r}" if found else "tasks do not log to CloudWatch Logs"


def _counted(
    minutes: Sequence[datetime],
    places: Sequence[Place],
    sides: tuple[frozenset[str], frozenset[str]],
    settings: Service,
    world: World,
) -> Logged:
    """Count the lines of these minutes: read at once if they are few, else a sample of each minute."""
    is_error = task_logs.recogniser(settings.logs.error_pattern)
    wanted = list(dict.fromkeys(places))
    whole = [_written(place, minutes[0], minutes[-1] + MINUTE, MOST_LINES, world) for place in wanted]
    lines = [line for written in whole for line in written.lines]
    if not all(written.whole for written in whole):
        each = MOST_LINES // len(minutes)
        lines = [
            line
            for start in minutes
            for place in wanted
            for line in _written(place, start, start + MINUTE, each, world).lines
        ]
    return log_minutes.counted(minutes, lines, sides, is_error)


def _written(place: Place, start: datetime, end: datetime, most: int, world: World) -> Written:
    try:
        return world.logs.between(place, start, end, most=most)
    except AwsCallFailed as error:
        if error.code != NO_GROUP:
            raise
        return Written()


def _id(task: TaskView) -> str:
    return task.arn.rpartition("/")[2]
