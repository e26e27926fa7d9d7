"""CheckMigration: has the migration's task ended, and how? A recovery waits by it for a task that still runs."""

from __future__ import annotations

from dataclasses import dataclass

from landfall.model import Verdict
from landfall.runtime.step import step
from landfall.runtime.world import World
from landfall.steps.migrations import look
from landfall.steps.migrations.look import Migrating


@dataclass(frozen=True)
class Output:
    """PASS `MIGRATED`, WAIT while it runs, or FAIL with what may have become of the database."""

    verdict: Verdict


def run(event: Migrating, world: World) -> Output:
    """Look once, and keep what the task leaves behind: ECS forgets it an hour after its end."""
    return Output(look.assess(event, world))


handler = step(Migrating, run)
