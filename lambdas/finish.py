"""Finish: gives the lock back and marks the record finished. The last step of every way."""

from __future__ import annotations

from dataclasses import dataclass

from landfall.model import Release
from landfall.step import step
from landfall.world import World


@dataclass(frozen=True)
class Input:
    """The deployment that is over."""

    release: Release


@dataclass(frozen=True)
class Output:
    """Whether there was a lock to give back."""

    unlocked: bool


def run(event: Input, world: World) -> Output:
    """Unlock first: were the mark to fail, the sweep would come back for it."""
    release = event.release
    unlocked = world.locks.release(release.service, release.deployment_id)
    world.ledger.finish(release.service, release.deployment_id)
    return Output(unlocked)


handler = step(Input, run)
