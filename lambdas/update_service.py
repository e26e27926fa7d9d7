"""UpdateService: the first change. From here on every failure leads to the rollback."""

from __future__ import annotations

from dataclasses import dataclass

from landfall.aws.ecs import Ecs
from landfall.change import begun
from landfall.errors import AwsCallFailed
from landfall.model import Baseline, Deployment, Release, Verdict, failed, wait
from landfall.runtime.step import step
from landfall.runtime.world import World
from landfall.steps import leftovers


@dataclass(frozen=True)
class Input:
    """The release, what runs now, and the revision that is to run."""

    release: Release
    baseline: Baseline
    deployment: Deployment


@dataclass(frozen=True)
class Output:
    """WAIT with the deployment to judge; FAIL `BASELINE_CHANGED` when nothing was touched after all.

    WAIT `UPDATE_REFUSED`: AWS is to be asked again. What it goes on refusing was never touched.
    """

    verdict: Verdict
    deployment: Deployment


def run(event: Input, world: World) -> Output:
    """Point the service at the release's revision, unless somebody changed it since preflight."""
    ecs, wanted, limits = world.ecs(event.release.service), event.deployment, event.release.limits
    before = ecs.service()
    if before is None:
        # after a lost reply a late read like this must not call the update undone
        raise AwsCallFailed("ServiceMissing", "ECS knows no such service at this look")
    runs = before.task_definition
    if runs not in (event.baseline.task_definition, wanted.task_definition):
        if any(d.task_definition == wanted.task_definition for d in before.deployments):
            # a retry after a lost reply: the update took effect, and somebody deployed over it
            return Output(failed("SUPERSEDED", f"somebody deployed {runs} over this release"), wanted)
        leftovers.withdraw(ecs, wanted.task_definition)
        why = f"somebody deployed {runs} since preflight saw {event.baseline.task_definition}; look, then try again"
        return Output(failed("BASELINE_CHANGED", why), wanted)
    if not world.holds_lock(event.release):
        return Output(begun.lock_lost(), wanted)
    count = wanted.desired_count if event.baseline.desired_count == 0 else None
    try:
        after = ecs.update(wanted.task_definition, count)
    except AwsCallFailed as error:
        return Output(_refused(error, event, ecs), wanted)
    deployment = begun.begun(wanted, after, limits, world.now())
    return Output(
        wait(
            "UPDATED",
            f"ECS began {deployment.id} with {wanted.task_definition}",
            limits.stability_poll_seconds,
        ),
        deployment,
    )


def _refused(error: AwsCallFailed, event: Input, ecs: Ecs) -> Verdict:
    """Say that AWS refused the update, where that is certain. Raises `error` where it may have taken effect."""
    if error.code not in begun.REFUSALS or not begun.is_untouched(ecs.service(), event.baseline, event.deployment):
        raise error
    why = f"AWS refused the update, and nothing was touched: {error}"
    return wait("UPDATE_REFUSED", why, event.release.limits.smoke_interval_seconds)


handler = step(Input, run)
