"""Do the tasks of the live release keep stopping by themselves? A rollout is watched; afterwards ECS replaces them.

Sources: Amazon ECS API reference, ListTasks (stopped tasks are listed for at least one hour); Developer Guide, service
throttle logic (tasks that do not come up are tried again after 27 minutes at most, those that come up and die at once).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from landfall.ledger import standing
from landfall.proof import stops
from landfall.proof.observed import ServiceView, TaskView
from landfall.reconcile import LOOK_EVERY
from landfall.reconcile.findings import Kind, Looked, Seen

KINDS = frozenset({Kind.RELEASE_DYING})
WINDOW = timedelta(hours=1)
"""In which stops are counted. ECS may list older ones."""
LEAST = 3
"""Stops in it, whatever the size of the service."""
LIFE = timedelta(hours=4)
"""Tasks that live shorter than this on average keep dying; one that a memory leak ends once a day does not."""
SPREAD = timedelta(minutes=5)
"""Between the first stop and the last: what takes many tasks down at one moment is not the release."""
QUIET = 2 * LOOK_EVERY
"""Without a stop for so long what was raised is over. It is longer than ECS waits between two tries."""
MOST_READ = 1000
"""Stopped tasks of a service that are read at a look: ten pages, and as many calls that describe them."""


def threshold(desired: int) -> int:
    """Return how many stops in the window are too many: 3 up to 12 tasks, then a quarter of them, 500 at most."""
    return min(max(LEAST, math.ceil(desired * (WINDOW / LIFE))), MOST_READ // 2)


def assess(
    view: ServiceView, stopped: Iterable[TaskView], last: Mapping[str, Any] | None, now: datetime, *, raised: bool
) -> Looked:
    """Judge the stops of the PRIMARY deployment's tasks since the last deployment was over.

    Only of a revision that a deployment left live; of any other there is a finding already. To be raised it must have
    stopped since the look before too, so that a trouble that is over by the second look is none. Not to be called while
    a deployment is under way.
    """
    primary = view.primary
    if primary is None or last is None or primary.task_definition not in standing.left_by(dict(last)):
        return Looked(KINDS)
    since = max(now - WINDOW, _over_since(last))
    died = [
        task
        for task in stopped
        if task.stopped_at is not None and task.stopped_at > since and stops.counts([task], primary.id)
    ]
    times = sorted(task.stopped_at for task in died if task.stopped_at is not None)
    if not times or now - times[-1] > (QUIET if raised else LOOK_EVERY):
        return Looked(KINDS)
    if not raised and (len(times) < threshold(view.desired) or times[-1] - times[0] < SPREAD):
        return Looked(KINDS)
    ((stop, alike),) = stops.counts(died, primary.id).most_common(1)
    name = primary.task_definition.rpartition("/")[2]
    what = (
        f"{len(died)} tasks of revision {name} stopped by themselves within an hour, the last at "
        f"{times[-1].isoformat(timespec='seconds')}; {view.running} of {view.desired} run. {alike} of them: "
    )
    return Looked(KINDS, (Seen(Kind.RELEASE_DYING, primary.task_definition, f"{what}{stops.shown(stop)}"),))


def _over_since(last: Mapping[str, Any]) -> datetime:
    """Return when the last deployment was over: what stopped during it was judged by it."""
    try:
        at = datetime.fromisoformat(str(last.get("ended_at")))
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
