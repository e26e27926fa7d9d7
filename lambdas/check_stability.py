"""CheckStability: is the rollout of our deployment done?

It reads the service at each look, and the tasks only where they may say something new (proof/task_listing.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from landfall.change import going_back
from landfall.judging import Counted, Judged
from landfall.model import Verdict
from landfall.proof import older_tasks, stability, task_listing
from landfall.proof.observed import Look
from landfall.runtime.step import step
from landfall.runtime.world import World


@dataclass(frozen=True)
class Output:
    """The verdict of one look, and what the next look compares its counts with."""

    verdict: Verdict
    counted: Counted | None


def run(event: Judged, world: World) -> Output:
    """Look at the service once, and at its tasks where that is due."""
    ecs, deployment = world.ecs(event.release.service), event.deployment
    now, service = world.now(), ecs.service()
    counted, poll = task_listing.count(service, deployment, event.counted), event.release.limits.stability_poll_seconds
    # ECS refuses to list tasks of a service that it does not have
    listed = service is not None and task_listing.is_due(service, deployment, counted, now, poll)
    look = Look(service, ecs.tasks("RUNNING", "STOPPED") if listed else (), listed=listed)
    if listed:
        counted = task_listing.listed(counted, now, stability.said(look, deployment))
    timely = stability.in_time(stability.assess(look, event, now), deployment, now)
    held = older_tasks.kept(look.tasks, deployment) if timely.code == stability.TIMEOUT else []
    told = older_tasks.explained(timely, held, ecs.protected([task.arn for task in held]))
    return Output(going_back.unless_scaled_out(told, service, deployment), counted)


handler = step(Judged, run)
