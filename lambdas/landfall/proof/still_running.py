"""Can a task of a deployment have stopped? If every task that ECS started still runs, none has.

Then there is no need to list the service's stopped tasks: they belong to other deployments, and are not evidence.
Source: Amazon ECS Developer Guide, "Viewing Amazon ECS service event messages" ("has started N tasks: (task ID)").
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from landfall.model import Deployment
from landfall.proof.observed import ServiceView
from landfall.proof.task_listing import CLOCKS
from landfall.text.lazy_pattern import Later

EVENTS = 100
"""Events that ECS lists, the newest first (ECS API reference, Service). Older ones may be missing in a full list."""
_STARTED = Later(r"\bhas started (\d{1,6}) tasks?\b")
_NAMED = Later(r"\(task ([0-9A-Za-z-]{1,64})\)")


def is_certain(service: ServiceView, running: Iterable[str], deployment: Deployment) -> bool:
    """Say whether no task of our deployment stopped. `running` are the ARNs of the tasks that ECS means to run.

    The events must name every task that ECS started since the update, and as many as ECS counts in our deployment.
    If they do not (an event came late, a long message names only some), nothing is certain.
    """
    ours = service.primary
    if ours is None or ours.id != deployment.id or ours.failed_tasks:
        return False
    named = _started(service, datetime.fromisoformat(deployment.updated_at) - CLOCKS)
    if not named or len(named) != ours.running + ours.pending:
        return False
    return named <= {arn.rpartition("/")[2] for arn in running}


def _started(service: ServiceView, since: datetime) -> set[str]:
    """Return the ids of the tasks that ECS started since then; none if the events do not name all of them."""
    new = [event.message for event in service.events if event.at is None or event.at >= since]
    if len(new) >= EVENTS:
        return set()
    starts = [(int(found[1]), _NAMED.findall(text)) for text in new if (found := _STARTED.search(text))]
    if any(count != len(ids) for count, ids in starts):
        return set()
    return {name for _, ids in starts for name in ids}
