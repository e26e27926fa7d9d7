"""Is the running service unhealthy while a migration runs? The answer only makes a message, never a verdict.

A migration can lock the tables that the live release writes to. ECS and the load balancer then see its health fail.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from landfall.migration.migration import Migration
from landfall.model import Baseline
from landfall.proof.observed import Look

DRAINED = "unhealthy"
REPLACED_IN = timedelta(minutes=3)
"""How long ECS may take to replace a task, as after a Spot interruption, before people are notified (law 8)."""


def problem(look: Look, baseline: Baseline) -> str:
    """Say what is wrong with the service; empty if it is as healthy as before."""
    service = look.service
    if service is None:
        return ""
    expected = min(service.desired, baseline.desired_count)
    if service.running < expected:
        return f"{service.running} of {expected} tasks run"
    known = set(baseline.dead_targets)
    sick = [target for target in look.targets if target.state == DRAINED and target.place not in known]
    return f"{len(sick)} of {len(look.targets)} targets are unhealthy: {sick[0].why}" if sick else ""


def noted(migration: Migration, wrong: str, now: datetime) -> Migration:
    """Return the migration with the service's health at this look."""
    if wrong and (not migration.unhealthy_since or migration.healthy_again):
        since = migration.unhealthy_since or now.isoformat()
        return replace(migration, unhealthy_since=since, unhealthy_why=wrong, healthy_again="")
    if not wrong and migration.unhealthy_since and not migration.healthy_again:
        if not migration.warned:  # one look is noise
            return replace(migration, unhealthy_since="", unhealthy_why="")
        return replace(migration, healthy_again=now.isoformat())
    return migration


def is_being_replaced(look: Look) -> bool:
    """Say whether the only fault may be that ECS replaces a task: others run, and a new one is starting."""
    service = look.service
    if service is None or any(target.state == DRAINED for target in look.targets):
        return False
    coming = sum(deployment.pending for deployment in service.deployments)
    return 0 < service.running < service.desired <= service.running + coming


def is_to_be_told(before: Migration, known: Migration, now: datetime, *, replaced: bool = False) -> bool:
    """Say whether people must be notified now: once, at the second look in a row that sees the problem.

    `replaced`: a task is being replaced. People are notified of that only if it lasts.
    """
    seen = before.unhealthy_since and known.unhealthy_since and not known.healthy_again and not known.warned
    lasts = not replaced or (seen and now - datetime.fromisoformat(known.unhealthy_since) >= REPLACED_IN)
    return bool(seen and lasts)
