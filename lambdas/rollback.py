"""Rollback: restores the baseline, and makes sure that the failed revision is never used again."""

from __future__ import annotations

from dataclasses import dataclass

from landfall.change import going_back, update_result
from landfall.errors import AwsCallFailed
from landfall.judging import Judged
from landfall.model import Deployment, Verdict, wait
from landfall.runtime.step import step
from landfall.runtime.world import World
from landfall.steps import leftovers
from landfall.steps.shifting import shift_back, shift_look


@dataclass(frozen=True)
class Output:
    """WAIT with the way back to judge; FAIL if there is none, or if somebody else took the service over."""

    verdict: Verdict
    deployment: Deployment


def run(event: Judged, world: World) -> Output:
    """Go back. Safe to repeat: if the service is already going back, ECS begins no new deployment."""
    ecs, limits, released = world.ecs(event.release.service), event.release.limits, shift_back.released(event)
    service = ecs.service()
    if service is None:
        # one late read must not leave a bad release live: the step is tried again, and a person is paged if it stays so
        raise AwsCallFailed("ServiceMissing", "ECS knows no such service at this look; there is nothing to restore yet")
    if shift_look.shifts(service):
        stopped = shift_back.stopped(event, service, world)
        if isinstance(stopped, Verdict):
            return Output(stopped, released)
        if stopped:
            leftovers.withdraw(ecs, stopped.undoes)
            why = f"ECS rolls {stopped.id} back to {stopped.task_definition}"
            return Output(wait("ROLLING_BACK", why, limits.stability_poll_seconds), stopped)
    plan = going_back.plan(service, released, event.baseline)
    if isinstance(plan, Verdict):
        return Output(plan, released)
    if not world.holds_lock(event.release):
        return Output(update_result.lock_lost(), released)
    after = ecs.update(plan.task_definition, plan.desired_count)
    touched = going_back.after_all(plan, after, event.baseline)
    if touched:
        plan, after = touched, ecs.update(touched.task_definition, touched.desired_count)
    back = update_result.begun(going_back.deployment(event.baseline, released, plan), after, limits, world.now())
    # if this fails, the service is going back in any case, and Finish tries again
    leftovers.withdraw(ecs, released.task_definition)
    why = f"ECS began {back.id}, back to {plan.task_definition}"
    return Output(wait("ROLLING_BACK", why, limits.stability_poll_seconds), back)


handler = step(Judged, run)
