"""RunMigration: starts the one-off task that migrates the database, once, before the service is updated."""

from __future__ import annotations

from dataclasses import dataclass

from landfall.model import Verdict
from landfall.runtime.step import step
from landfall.runtime.world import World
from landfall.steps.migrations import starting
from landfall.steps.migrations.look import Migrating


@dataclass(frozen=True)
class Output:
    """WAIT `MIGRATION_STARTED` with a task to look at, WAIT to ask ECS again, or FAIL; the service is unchanged."""

    verdict: Verdict


def run(event: Migrating, world: World) -> Output:
    """Record the intent, run the task, record the task. Safe to repeat: the client token is the same."""
    return Output(starting.begun(event.release, event.deployment, world))


handler = step(Migrating, run)
