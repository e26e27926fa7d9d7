"""Retire: on a schedule, removes the versions of the steps' functions that no execution can call any more.

Each deploy of Landfall that changes code or settings publishes one of every function a machine calls, and keeps those
from before: the executions that began with them go on with them.
"""

from __future__ import annotations

from dataclasses import dataclass

from landfall import unused_versions
from landfall.errors import StepError
from landfall.runtime.step import logger, step
from landfall.runtime.world import World


@dataclass(frozen=True)
class Input:
    """Nothing: the schedule sends an empty object."""


@dataclass(frozen=True)
class Output:
    """How many versions there are, and how many were removed."""

    versions: int
    removed: int = 0


def run(_: Input, world: World) -> Output:
    """Remove what no definition names: none that is a machine's now, and none of an execution that may call it yet.

    Executions are asked about only where there is something to remove. One that can't be removed stops no other.
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
    failed = sum(not _removed(version, world) for version in removable)
    if failed:
        raise StepError(f"{failed} of {len(removable)} versions could not be removed; the next look tries again")
    return Output(len(versions), len(removable))


def _removed(version: unused_versions.Version, world: World) -> bool:
    try:
        world.versions.remove(version)
    except Exception:  # whatever it is, the others must not wait for it
        logger.exception("a version was not removed", extra={"subject": f"{version.function}:{version.number}"})
        return False
    logger.info("removed a version", extra={"subject": f"{version.function}:{version.number}"})
    return True


handler = step(Input, run)
