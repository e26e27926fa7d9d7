"""Does the service that runs suffer while a migration runs? It only makes a message: no verdict follows from it.

A migration can lock the tables that the live release writes to. ECS and the load balancer then see its health fail.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from landfall.migration.migration import Migration
from landfall.model import Baseline
from landfall.proof.observed import Look

DRAINED = "unhealthy"


def problem(look: Look, baseline: Baseline) -> str:
    """Say what is wrong with the service; empty where it is as well as it was before."""
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
    """Return the migration with what this look says of the service."""
    if wrong and (not migration.unhealthy_since or migration.healthy_again):
        since = migration.unhealthy_since or now.isoformat()
        return replace(migration, unhealthy_since=since, unhealthy_why=wrong, healthy_again="")
    if not wrong and migration.unhealthy_since and not migration.healthy_again:
        if not migration.warned:  # one look is noise
            return replace(migration, unhealthy_since="", unhealthy_why="")
        return replace(migration, healthy_again=now.isoformat())
    return migration


def is_to_be_told(before: Migration, now: Migration) -> bool:
    """Say whether people must hear of it now: at the second look in a row that sees it, and once."""
    return bool(before.unhealthy_since and now.unhealthy_since and not now.healthy_again and not now.warned)
