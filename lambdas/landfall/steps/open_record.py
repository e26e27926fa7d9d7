"""Reads and writes the record of a step's deployment. It is closed only if a recovery took over."""

from __future__ import annotations

from dataclasses import dataclass

from landfall.chain import Record
from landfall.errors import StepError
from landfall.model import Release
from landfall.runtime.world import World

OVER = "the ledger record was closed meanwhile: this deployment is over"


def read(release: Release, world: World) -> Record:
    """Return the record. Raises StepError if it was closed meanwhile."""
    record = world.ledger.record(release.service, release.deployment_id)
    if record is None or "outcome" in record:
        raise StepError(OVER)
    return record


@dataclass
class Field:
    """A field of the record, as it was read; empty if there is none. Each write replaces the previous one.

    A write with a lost answer may arrive after the next one. Then it changes nothing.
    """

    release: Release
    world: World
    name: str
    text: str

    def write(self, text: str) -> None:
        """Replace the field. Raises StepError if the record was closed, or the field changed, since it was read."""
        at = (self.release.service, self.release.deployment_id)
        written = self.world.ledger.exchange(*at, self.name, self.text, text)
        # if DynamoDB's answer was lost, the client's second try finds the first one's write
        if not written and read(self.release, self.world).get(self.name) != text:
            raise StepError(f"{self.name} of the ledger record was changed meanwhile")
        self.text = text


def field(release: Release, world: World, name: str, record: Record | None) -> Field:
    """Return a field of a record that was read."""
    return Field(release, world, name, str((record or {}).get(name) or ""))
