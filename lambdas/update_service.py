"""UpdateService: the first change. From here on every failure leads to the rollback."""

from __future__ import annotations

from dataclasses import dataclass

from landfall.change import update_result
from landfall.errors import AwsCallFailed
from landfall.model import Baseline, Deployment, Release, Verdict, wait
from landfall.runtime.step import step
from landfall.runtime.world import World
from landfall.steps import leftovers


@dataclass(frozen=True)
class UpdateInput:
    """The release, the baseline, and the revision to run."""

    release: Release
    baseline: Baseline
    deployment: Deployment


@dataclass(frozen=True)
class Output:
    """WAIT with the deployment to judge; FAIL `BASELINE_CHANGED` if the service was not changed after all.

    WAIT `UPDATE_REFUSED`: ask AWS again. If AWS keeps refusing the update, the service was never changed.
    """

    verdict: Verdict
    deployment: Deployment


def run(event: UpdateInput, world: World) -> Output:
    """Point the service at the release's revision, unless somebody changed the service since preflight."""
    ecs, limits = world.ecs(event.release.service), event.release.limits
    baseline, wanted = event.baseline, event.deployment
    before = ecs.service()
    if before is None:  # a late read: after a lost reply, it must not count as proof that the update had no effect
        raise AwsCallFailed("ServiceMissing", "ECS knows no such service at this look")
    if refusal := update_result.changed_meanwhile(before, baseline, wanted):
        if refusal.code == update_result.BASELINE_CHANGED:
            leftovers.withdraw(ecs, wanted.task_definition)
        return Output(refusal, wanted)
    if not world.holds_lock(event.release):
        return Output(update_result.lock_lost(), wanted)
    try:
        after = ecs.update(wanted.task_definition, wanted.desired_count if baseline.desired_count == 0 else None)
    except AwsCallFailed as error:
        if error.code not in update_result.REFUSALS or not update_result.is_untouched(ecs.service(), baseline, wanted):
            raise
        why = f"AWS refused the update, and the service was not changed: {error}"
        return Output(wait("UPDATE_REFUSED", why, limits.smoke_interval_seconds), wanted)
    made = update_result.begun(wanted, after, limits, world.now())
    why = f"ECS began {made.id} with {wanted.task_definition}"
    return Output(wait("UPDATED", why, limits.stability_poll_seconds), made)


handler = step(UpdateInput, run)
