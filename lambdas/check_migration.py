"""CheckMigration: has the migration's task ended, and how? In a recovery it waits for a task that still runs."""

from __future__ import annotations

from dataclasses import dataclass

from landfall.model import Verdict
from landfall.runtime.step import step
from landfall.runtime.world import World
from landfall.steps.migrations import look
from landfall.steps.migrations.look import Migrating


@dataclass(frozen=True)
class Output:
    """PASS `MIGRATED`, WAIT while the task runs, or FAIL with the possible state of the database."""

    verdict: Verdict


def run(event: Migrating, world: World) -> Output:
    """Look once, and record the end of the task: ECS forgets a task an hour after it stopped."""
    return Output(look.assess(event, world))


handler = step(Migrating, run)
