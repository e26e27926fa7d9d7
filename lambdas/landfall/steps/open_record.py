"""Reads and writes the record of the deployment that a step works for. It is closed only where a recovery took over."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass
class Field:
    """A field of the record, as it was read; empty where there is none. Each write is on top of the one before.

    A write of which the answer was lost may take effect after the next one. It then changes nothing.
    """

    release: Release
    world: World
    name: str
    text: str

    def write(self, text: str) -> None:
        """Replace it. Raises StepError where the record was closed, or the field changed, since it was read."""
        at = (self.release.service, self.release.deployment_id)
        written = self.world.ledger.exchange(*at, self.name, self.text, text)
        # where DynamoDB's answer was lost, the client's second try finds what the first one wrote
        if not written and read(self.release, self.world).get(self.name) != text:
            raise StepError(f"{self.name} of the ledger record was changed meanwhile")
        self.text = text


def field(release: Release, world: World, name: str, record: Record | None) -> Field:
    """Return a field of a record that was read."""
    return Field(release, world, name, str((record or {}).get(name) or ""))
