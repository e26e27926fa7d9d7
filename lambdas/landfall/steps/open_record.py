"""Reads and writes the record of the deployment that a step works for. It is closed only where a recovery took over."""

from __future__ import annotations

from landfall.chain import Record
from landfall.errors import StepError
from landfall.model import Release
from landfall.runtime.world import World

OVER = "the ledger record was closed meanwhile: this deployment is over"


def read(release: Release, world: World) -> Record:
    """Return the record. Raises StepError where it was closed meanwhile."""
    record = world.ledger.record(release.service, release.deployment_id)
    if record is None or "outcome" in record:
        raise StepError(OVER)
    return record


def write(release: Release, world: World, **fields: str) -> None:
    """Set fields of the record. Raises StepError where it was closed meanwhile."""
    if not world.ledger.update(release.service, release.deployment_id, **fields):
        raise StepError(OVER)
