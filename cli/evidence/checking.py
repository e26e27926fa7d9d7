"""Checks the ledger's services one after the other, each from its checkpoint on if it has a valid one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from cli.cloud import Cloud
from cli.evidence import checkpoint as file
from cli.evidence.checkpoint import Checkpoint
from cli.evidence.gather import DoesNotHold, Reading
from cli.evidence.progress import Step
from cli.evidence.unrecorded import Recent
from landfall.chain import Record
from landfall.chain.check.chain_evidence import Finding
from landfall.chain.check.resume import Point, point_of
from landfall.chain.check.verification import Verified, judge

INTERRUPTED = "interrupted: verifying the records that were read, so that the next run can go on; Ctrl-C stops this too"


@dataclass(frozen=True)
class Checked:
    """The result for a service. `whole`: when all its records were last read. `reread`: why this run read them all."""

    told: Verified
    whole: str
    reread: str = ""


@dataclass
class Checking:
    """A check of services. `path`: the checkpoint's file, if there is one. `step` counts the records of each service.

    `full`: read everything, also the records that the checkpoint calls verified.
    """

    cloud: Cloud
    step: Step
    path: Path | None = None
    known: Checkpoint | None = None
    recent: Recent | None = None
    say: Callable[[str], None] = lambda _: None
    full: bool = False

    def services(self, names: list[str]) -> Iterator[Checked]:
        """Check services. After each one the checkpoint is written, so that an interruption loses one at most."""
        for name in names:
            with closing(Reading(self.cloud, name, self.step(name, self._seen))) as reading:
                yield self._checked(reading, name)

    def executions(self) -> list[Finding]:
        """Return the executions without a record, once all records were read."""
        if self.recent is None:
            return []
        found = list(self.recent.findings())
        if self.known and not found:
            self.known.executions = self.recent.until.isoformat()
            self._write()
        return found

    def _checked(self, reading: Reading, name: str) -> Checked:
        point = self.known.services.get(name) if self.known and not self.full else None
        if point is None:
            return self._everything(reading, name)
        try:
            kept, told = reading.since(point)
        except DoesNotHold as error:
            return replace(self._everything(reading, name), reread=str(error))
        except KeyboardInterrupt:
            self.say(INTERRUPTED)
            self._keep_if_any(name, reading.interrupted(point.whole, point))
            raise
        self._keep(name, point_of(kept, point.whole, point))
        return Checked(told, point.whole)

    def _everything(self, reading: Reading, name: str) -> Checked:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        try:
            kept = reading.whole()
            told = judge(kept)
        except KeyboardInterrupt:
            if self.known is not None:
                self.say(INTERRUPTED)
                self._keep_if_any(name, reading.interrupted(now))
            raise
        self._keep(name, None if told.findings else point_of(kept, now))
        return Checked(told, now)

    def _keep_if_any(self, name: str, point: Point | None) -> None:
        if point is not None:
            self._keep(name, point)

    def _keep(self, name: str, point: Point | None) -> None:
        if self.known is None:
            return
        if point is None:
            self.known.services.pop(name, None)
        else:
            self.known.services[name] = point
        self._write()

    def _write(self) -> None:
        if self.path and self.known:
            file.write(self.path, self.known)

    def _seen(self, record: Record) -> int:
        if self.recent is not None:
            self.recent.seen(record)
        return 0
