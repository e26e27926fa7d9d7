"""Registers each task of a service with the target groups of its deployment's side."""

from __future__ import annotations

from typing import Any

from ministack.core.concurrency import resource_lock
from ministack.services import alb, ecs

from local.ecs import ecs_view as view
from local.ecs import target_groups

Record = dict[str, Any]


def sync(_: str, service: Record) -> None:
    """Register the running tasks, and deregister those that this service registered before and that are gone.

    It replaces the emulator's own function, which registers every task with the service's own target groups.
    """
    balancers = target_groups.balancers(service)
    ledger: dict[str, list[str]] = service.setdefault("_published_targets", {})
    wanted: dict[str, list[tuple[str, int]]] = {group: [] for group in ledger}
    for balancer in balancers:
        for side in (target_groups.OWN, target_groups.ALTERNATE):
            wanted.setdefault(target_groups.group(balancer, side), [])
    if service["status"] == "ACTIVE":
        for task in view.tasks_of(service):
            for group, address, port in view.targets(service, task) if task["lastStatus"] == "RUNNING" else ():
                if address:
                    wanted[group].append((address, port))
    for group, targets in wanted.items():
        with resource_lock("elbv2-targets", group):
            alb.set_targets_for_group(group, targets, ledger.get(group, ()))
            ledger[group] = [address for address, _port in targets]


def apply() -> None:
    """Replace the emulator's registration."""
    ecs._sync_service_targets = sync
