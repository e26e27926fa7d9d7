"""Decides when a look at a rollout lists its tasks. DescribeServices is one call, whatever the service's size.

Listing and describing tasks takes three calls for each hundred. During a rollout, tasks are listed to find stopped
ones, and a stop shows in DescribeServices: fewer tasks run or start than ECS said it started, or `failedTasks` changes.
Sources: ECS API reference, Deployment and ServiceEvent; Developer Guide, "Viewing Amazon ECS service event messages"
("has started N tasks").
"""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from datetime import datetime, timedelta

from landfall.judging import Counted
from landfall.model import Deployment
from landfall.proof.observed import ServiceView
from landfall.text.lazy_pattern import Later

EVERY = timedelta(seconds=60)
"""Tasks are listed this often, whatever the counts say. A service of more than ten pages waits longer in proportion."""
PAGE, PAGES = 100, 10
"""Tasks of one page of ListTasks, and the pages that may be read each EVERY (ECS API reference, ListTasks)."""
TWICE = 2
"""How many lists follow a sign that a task stopped: the first may lag behind the counts."""
LONGEST_PAUSE = 60
"""The most seconds between two looks, however long AWS delayed the last one."""
CLOCKS = timedelta(seconds=10)
"""How far ECS's clock may be behind that of the step that updated the service."""
_STARTED = Later(r"\bhas started (\d{1,6}) tasks?\b")


def count(service: ServiceView | None, deployment: Deployment, before: Counted | None, now: datetime) -> Counted | None:
    """Return the counts of this look's DescribeServices. None if it does not list the deployment as PRIMARY.

    The first look compares with the update, when no task was started yet.
    """
    ours = service.primary if service else None
    if service is None or ours is None or ours.id != deployment.id:
        return None
    if before is None or before.deployment != deployment.id:
        before = Counted(deployment.id, 0, 0, 0, "", deployment.updated_at)
    started = before.started + _started(service, before.event, datetime.fromisoformat(deployment.updated_at))
    missing = started - ours.running - ours.pending
    stopped = missing > before.missing or ours.failed_tasks != before.failed
    return replace(
        before,
        started=started,
        missing=missing,
        failed=ours.failed_tasks,
        event=service.events[0].id if service.events else "",
        looked_at=now.isoformat(),
        wanted=TWICE if stopped else before.wanted,
    )


def is_due(service: ServiceView, deployment: Deployment, counted: Counted | None, now: datetime, poll: int) -> bool:
    """Say whether this look needs the tasks: always, except while our rollout goes on without a sign of a stop.

    `poll` is the time between two looks, in seconds. Where a list takes several pages, as many looks lie between two.
    """
    ours = service.primary
    if counted is None or ours is None or ours.rollout_state not in ("IN_PROGRESS", ""):
        return True
    if now >= datetime.fromisoformat(deployment.deadline):
        return True
    since = now - datetime.fromisoformat(counted.listed_at)
    pages = math.ceil(sum(d.running + d.pending for d in service.deployments) / PAGE)
    if since >= EVERY * max(1.0, pages / PAGES):
        return True
    return counted.wanted > 0 and (pages <= 1 or since >= timedelta(seconds=poll * pages))


def pause(before: Counted | None, now: datetime, poll: int) -> int:
    """Return how many seconds to wait for the next look: half of the time since the last one, if AWS delayed it.

    So deployments that throttle each other ask less often, until all of them get through. `poll` is the least.
    """
    if before is None or not before.looked_at:
        return poll
    gap = (now - datetime.fromisoformat(before.looked_at)).total_seconds()
    return max(poll, min(round(gap / 2), LONGEST_PAUSE))


def listed(counted: Counted | None, now: datetime, said: str) -> Counted | None:
    """Return the counts to keep after the tasks were listed."""
    if counted is None:
        return None
    return replace(counted, listed_at=now.isoformat(), wanted=max(0, counted.wanted - 1), said=said)


def _started(service: ServiceView, since: str, update: datetime) -> int:
    """Return how many tasks ECS said it started after the event `since`, and not before the update."""
    new = itertools.takewhile(lambda event: event.id != since, service.events)
    found = (_STARTED.search(event.message) for event in new if event.at is None or event.at >= update - CLOCKS)
    return sum(int(each[1]) for each in found if each)
