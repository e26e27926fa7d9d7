"""Do the tasks of the live release keep stopping? After the rollout nobody watches, and ECS only replaces them.

Sources: Amazon ECS API reference, ListTasks (stopped tasks are listed for at least one hour); Developer Guide, service
throttle logic (a task that does not start is tried again after 27 minutes at most, one that starts and stops at once).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from landfall.ledger import service_standing
from landfall.proof import stops
from landfall.proof.observed import ServiceView, TaskView
from landfall.reconcile import LOOK_EVERY
from landfall.reconcile.findings import Kind, Looked, Seen

KINDS = frozenset({Kind.RELEASE_DYING})
WINDOW = timedelta(hours=1)
"""The time in which stops are counted. ECS may list older ones."""
LEAST = 3
"""The fewest stops in that time, for every size of service."""
LIFE = timedelta(hours=4)
"""If tasks live shorter than this on average, they keep stopping. A task that a memory leak ends once a day doesn't."""
SPREAD = timedelta(minutes=5)
"""The least time between first and last stop: if many tasks stop at one moment, the release is not the cause."""
QUIET = 2 * LOOK_EVERY
"""After this time without a stop the finding is cleared. ECS waits less than this between two tries."""
MOST_READ = 1000
"""How many stopped tasks of a service one look reads: ten pages, and as many calls to describe them."""


def threshold(desired: int) -> int:
    """Return how many stops in the window are too many: 3 for up to 12 tasks, then a quarter of them, at most 500."""
    return min(max(LEAST, math.ceil(desired * (WINDOW / LIFE))), MOST_READ // 2)


def assess(
    view: ServiceView, stopped: Iterable[TaskView], last: Mapping[str, Any] | None, now: datetime, *, raised: bool
) -> Looked:
    """Judge the stops of the PRIMARY deployment's tasks since the last deployment ended.

    It judges only a revision that a deployment left live; any other revision has a finding already. A finding needs a
    stop since the previous look too, so a problem that is over by the second look is not raised. Don't call it while a
    deployment is under way.
    """
    primary = view.primary
    if primary is None or last is None or primary.task_definition not in service_standing.left_by(dict(last)):
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
    """Return when the last deployment ended. That deployment has judged the stops before."""
    try:
        at = datetime.fromisoformat(str(last.get("ended_at")))
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
