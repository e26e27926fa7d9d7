"""Finish: releases the lock and marks the record finished. It is the last step of every way through the machine."""

from __future__ import annotations

from dataclasses import dataclass

from landfall.errors import StepError
from landfall.model import Release
from landfall.runtime.step import step
from landfall.runtime.world import World
from landfall.steps import leftovers


@dataclass(frozen=True)
class FinishInput:
    """The deployment that is over."""

    release: Release


@dataclass(frozen=True)
class Output:
    """Whether there was a lock to release, and whether nothing is left to do."""

    unlocked: bool
    finished: bool


def run(event: FinishInput, world: World) -> Output:
    """Release the lock in any case. Mark the record finished only if nothing is left; else the sweep does the rest."""
    release, wrong = event.release, None
    try:
        _withdraw(release, world)
    except StepError as error:
        wrong = error
    unlocked = world.locks.release(release.service, release.deployment_id, release.fence)
    if wrong:
        raise wrong
    return Output(unlocked, world.ledger.finish(release.service, release.deployment_id))


def _withdraw(release: Release, world: World) -> None:
    """Deregister a revision that must not run: one of a rejected release, even if the execution died right after
    registering it, or one of a release that was rolled back while AWS was too busy.
    """
    if world.settings.named(release.service) is None:
        return
    record, ecs = world.ledger.record(release.service, release.deployment_id), world.ecs(release.service)
    if leftovers.possible(record):
        for revision in leftovers.of(ecs, release):
            ecs.deregister(revision)
    elif (undone := leftovers.undone(record)) and ecs.is_active(undone):
        ecs.deregister(undone)


handler = step(FinishInput, run)
