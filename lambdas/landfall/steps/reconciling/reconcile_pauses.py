"""Looks for paused deployments of a service, on the reconciler's schedule and on ECS's events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from landfall.proof.observed import ServiceView
from landfall.reconcile import findings, waiting_deployments
from landfall.reconcile.findings import Looked, State
from landfall.reconcile.waiting_deployments import ENDS, Waiting
from landfall.runtime.world import World
from landfall.settings import Service
from landfall.steps.reconciling import reconcile_telling


def told(service_arn: str, hook: str, event: str, world: World) -> Counter[State]:
    """Look at the pauses of one service after an event of ECS, and notify people at once. Return how many findings."""
    service, counted = of_arn(service_arn, world), Counter[State]()
    if service is None:
        return counted
    known = [finding for finding in world.findings.all() if finding.service == service.name]
    look = looked(service, world.ecs(service.name).service(), world, {hook: ENDS[event]} if event in ENDS else {})
    for after in findings.at_once(service.name, look, known, world.now()):
        counted.update(reconcile_telling.told(after, None, world))
    return counted


def of_arn(arn: str, world: World) -> Service | None:
    """Return the configured service for an ECS service's ARN; None if there is none."""
    return next((s for s in world.settings.services if arn.endswith(f":service/{s.cluster}/{s.service}")), None)


def looked(service: Service, view: ServiceView | None, world: World, because: Mapping[str, str]) -> Looked:
    """Look at the service deployments in progress, of a service that has pause hooks.

    The lock is read after them: a deployment of Landfall records its change before it makes the change. Without pause
    hooks no deployment waits, so there are no calls.
    """
    if view is None or not view.may_pause:
        return Looked(waiting_deployments.KINDS, (), because)
    reader = world.service_deployments(service.name)
    found = reader.described([each.arn for each in reader.of_status(["IN_PROGRESS"])])
    waiting = [each for each in found if each.waiting]
    if not waiting:
        return Looked(waiting_deployments.KINDS, (), because)
    runs = reader.task_definitions([each.target_revision for each in waiting])
    lock = world.locks.read(service.name)
    record = world.ledger.record(service.name, lock.deployment_id) if lock and lock.deployment_id else None
    mine = waiting_deployments.revisions_of(record)
    targets = [(each, runs.get(each.target_revision, "")) for each in waiting]
    told = [Waiting(each, target, is_own=target in mine) for each, target in targets]
    return waiting_deployments.assess(service, view.shifting.name, told, because)
