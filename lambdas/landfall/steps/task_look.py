"""Lists the tasks of a rolling service, with the stopped ones only if one of them may matter (decision 0128)."""

from __future__ import annotations

from functools import partial

from landfall.aws.ecs import Ecs
from landfall.model import Deployment
from landfall.proof import stability, still_running
from landfall.proof.observed import ServiceView, TaskView


def during_rollout(ecs: Ecs, service: ServiceView, deployment: Deployment) -> tuple[TaskView, ...]:
    """Return the tasks; stopped ones only if one may be ours, or an older one that the rollout waits for."""
    if not stability.is_over(service, deployment):
        return ecs.tasks("RUNNING", "STOPPED")
    return for_law1(ecs, service, deployment)


def for_law1(ecs: Ecs, service: ServiceView, deployment: Deployment) -> tuple[TaskView, ...]:
    """Return the tasks; stopped ones only if one may be ours."""
    return ecs.running_and_stopped(partial(still_running.is_certain, service, deployment=deployment))
