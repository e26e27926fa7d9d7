"""Retire: on a schedule, removes the versions of the steps' functions that no execution can call any more.

Each deploy of Landfall that changes code or settings publishes a version of every function that a machine calls, and
keeps the earlier ones: executions that began with them continue with them.
"""

from __future__ import annotations

from dataclasses import dataclass

from landfall import unused_versions
from landfall.errors import StepError
from landfall.runtime.one_by_one import for_each
from landfall.runtime.step import logger, step
from landfall.runtime.world import World
from landfall.unused_versions import Version


@dataclass(frozen=True)
class RetireInput:
    """Nothing: the schedule sends an empty object."""


@dataclass(frozen=True)
class Output:
    """How many versions there are, and how many were removed."""

    versions: int
    removed: int = 0


def run(_: RetireInput, world: World) -> Output:
    """Remove the versions that no definition names: neither a machine's nor that of an execution that may still run.

    Executions are read only if there is something to remove. If one version can't be removed, the others still are.
    """
    now, machines = world.now(), world.machine_arns
    current = [world.definitions.of(machine) for machine in machines]
    versions = [version for name in unused_versions.functions(current) for version in world.versions.of(name)]
    old = unused_versions.old(versions, unused_versions.named(current), now)
    if not old:
        return Output(len(versions))
    executions = [e for m in machines for e in world.definitions.executions(m, now - unused_versions.REDRIVABLE)]
    began_with = list(unused_versions.began_with(executions, world.definitions.of_execution))
    removable = unused_versions.unused(old, unused_versions.named(began_with))[: unused_versions.MOST]
    failed = for_each(removable, lambda version: _removed(version, world), str, "a version was not removed")[1]
    if failed:
        raise StepError(f"{failed} of {len(removable)} versions could not be removed; the next look tries again")
    return Output(len(versions), len(removable))


def _removed(version: Version, world: World) -> bool:
    world.versions.remove(version)
    logger.info("removed a version", extra={"subject": str(version)})
    return True


handler = step(RetireInput, run)
