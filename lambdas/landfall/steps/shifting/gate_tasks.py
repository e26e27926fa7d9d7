"""Judges the new tasks in the target group that ECS chose for them: do they run, are they healthy, is it our digest?"""

from __future__ import annotations

from dataclasses import replace

from landfall.judging import Judged
from landfall.model import State, Verdict, wait
from landfall.proof import followed as ways
from landfall.proof import running, target_health
from landfall.proof.followed import Followed
from landfall.proof.observed import Look, ServiceView, TaskView
from landfall.runtime.world import World


def read(event: Judged, world: World) -> tuple[TaskView, ...]:
    """Return the tasks of both fleets, including recently stopped ones."""
    return world.ecs(event.release.service).tasks("RUNNING", "STOPPED")


def assess(
    event: Judged, service: ServiceView, followed: Followed, found: tuple[TaskView, ...], world: World
) -> Verdict:
    """Judge the new tasks, and ignore the old ones, which run beside them."""
    deployment, poll = event.deployment, event.release.limits.stability_poll_seconds
    if not followed.groups:
        return wait("TARGET_GROUP_UNKNOWN", "ECS does not say yet which target group the new tasks are in", poll)
    groups = ways.of_groups(service, followed.groups)
    green = replace(service, target_groups=groups)
    tasks = ways.as_ours(found, deployment)
    ours = tuple(task for task in tasks if running.belongs(task, deployment))
    looked = running.assess(green, ours, deployment, poll)
    if looked.state != State.PASS:
        return looked
    return target_health.assess(Look(green, ours, world.elb.targets(groups)), event)
