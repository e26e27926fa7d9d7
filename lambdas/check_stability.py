"""CheckStability: is the rollout of our deployment done?

Each look reads the service; tasks and service deployment where due (proof/task_listing.py, steps/pause_look.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from landfall.change import going_back
from landfall.judging import Counted, Judged
from landfall.model import Verdict
from landfall.proof import older_tasks, owner_pauses, stability, task_listing
from landfall.proof.observed import Look
from landfall.runtime.step import step
from landfall.runtime.world import World
from landfall.steps import pause_look, task_look
from landfall.steps.shifting import shift_look, shift_stability


@dataclass(frozen=True)
class Output:
    """The verdict of one look, and the counts for the next look to compare with."""

    verdict: Verdict
    counted: Counted | None


def run(event: Judged, world: World) -> Output:
    """Look at the service once, and at its tasks and its service deployment where that is due."""
    ecs, now, limits = world.ecs(event.release.service), world.now(), event.release.limits
    service, poll = ecs.service(), limits.stability_poll_seconds
    if service is not None and shift_look.shifts(service):
        shifting, known = shift_stability.assess(event, service, world, now)
        return Output(going_back.unless_scaled_out(shifting, service, event.deployment), known)
    pause = pause_look.look(event, service, world, now)
    deployment = owner_pauses.extended(event.deployment, pause)
    counted = task_listing.count(service, deployment, event.counted, now)
    # ECS refuses to list tasks of a service that it does not have
    listed = service is not None and task_listing.is_due(service, deployment, counted, now, poll)
    tasks = task_look.during_rollout(ecs, service, deployment) if service and listed else ()
    look = Look(service, tasks, listed=listed)
    if listed:
        counted = task_listing.listed(counted, now, stability.said(look, deployment))
    seen = owner_pauses.assess(stability.assess(look, event, now), pause, limits, now)
    timely = seen if seen.code == owner_pauses.PAUSED else stability.in_time(seen, deployment, now)
    held = older_tasks.kept(look.tasks, deployment) if timely.code == stability.TIMEOUT else []
    told = older_tasks.explained(timely, held, ecs.protected([task.arn for task in held]))
    told = pause_look.explained(told, event, service, world)
    if event.previous != owner_pauses.PAUSED:  # after a pause the last look is long ago, but AWS did not delay it
        told = replace(told, retry_after=max(told.retry_after, task_listing.pause(event.counted, now, poll)))
    return Output(going_back.unless_scaled_out(told, service, deployment), owner_pauses.kept(event, counted, pause))


handler = step(Judged, run)
