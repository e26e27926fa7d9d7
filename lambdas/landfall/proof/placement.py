"""Why does a task not start at all? ECS says it in an event of the service, since there is no task to describe.

On EC2 no container instance may have room: memory, CPU, a port, a network interface. On Fargate there may be no
capacity. That passes, or an operator must act: it is not evidence against a release, but it explains a timeout.
Source: ECS Developer Guide, "Service event messages" ("… was unable to place a task …").
"""

from __future__ import annotations

from datetime import datetime

from landfall.model import Deployment
from landfall.proof.observed import ServiceView

UNPLACED = "unable to place a task"
_FOR_MORE = " For more information"
_EARLIER_BY_CLOCK = 10
"""How many seconds older than its update an event may seem: the times come from two clocks."""


def unplaced(service: ServiceView, deployment: Deployment) -> str:
    """Return what ECS says of tasks that it can't place, in its words; empty if none is missing, or it says nothing."""
    ours = service.deployment(deployment.id)
    if ours is None or ours.running + ours.pending >= service.desired:
        return ""
    began = datetime.fromisoformat(deployment.updated_at).timestamp() - _EARLIER_BY_CLOCK
    newest = next((e for e in service.events if UNPLACED in e.message and e.at and e.at.timestamp() >= began), None)
    if newest is None:
        return ""
    return f"; ECS says: {newest.message.partition(_FOR_MORE)[0].rstrip('. ')}"
