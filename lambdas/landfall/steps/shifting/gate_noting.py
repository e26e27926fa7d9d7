"""Writes the looks at a gate into the ledger record. A failure here must not change the verdict on the gate."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from landfall.errors import StepError
from landfall.gates import gate_log
from landfall.gates.gate_log import NotedGate
from landfall.model import Release
from landfall.runtime.step import logger
from landfall.runtime.world import World

Change = Callable[[tuple[NotedGate, ...]], tuple[NotedGate, ...]]


def looked(release: Release, seen: NotedGate | None, world: World) -> None:
    """Note one look at a gate; with None, that the deployment waits at no gate of Landfall any more."""
    kinds, now = world.settings.redaction.kinds, world.now()

    def change(known: tuple[NotedGate, ...]) -> tuple[NotedGate, ...]:
        return gate_log.added(known, seen, kinds) if seen else gate_log.left(known, now)

    _change(release, change, world)


def asked(release: Release, service_deployment: str, hook: str, world: World) -> None:
    """Note that Landfall is about to continue a gate: otherwise somebody else continued it."""
    now = world.now()
    _change(release, lambda known: gate_log.asked(known, service_deployment, hook, now), world)


def _change(release: Release, change: Change, world: World) -> None:
    try:
        known = gate_log.read(world.ledger.record(release.service, release.deployment_id))
        after: Sequence[NotedGate] = change(known)
        if after != known:
            world.ledger.update(release.service, release.deployment_id, **{gate_log.FIELD: gate_log.written(after)})
    except StepError as error:
        logger.warning("a gate was not noted", extra={"why": str(error)})
