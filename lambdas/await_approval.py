"""AwaitApproval: notes the task token with which an answer wakes the deployment. The token decides nothing."""

from __future__ import annotations

from dataclasses import dataclass

from landfall.model import Release
from landfall.runtime.step import step
from landfall.runtime.world import World


@dataclass(frozen=True)
class AwaitInput:
    """The release that waits, and the token of this wait."""

    release: Release
    token: str


@dataclass(frozen=True)
class Output:
    """Nothing: the machine waits until the token is used, or until its next look."""


def run(event: AwaitInput, world: World) -> Output:
    """Keep the token in the ledger's table. Safe to repeat: the newest token counts."""
    world.wakes.note(event.release.service, event.release.deployment_id, event.token)
    return Output()


handler = step(AwaitInput, run)
