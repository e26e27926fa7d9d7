"""The checkpoint file, from which the next check goes on: which records of each service were verified, in which ledger.

The file holds nothing secret, and it is not signed: anybody who can write to it can claim that a record was verified.
So a check that starts from a checkpoint says which records it did not read.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import dacite

from cli.cloud import Cloud
from cli.exits import Refused
from landfall.chain.check.resume import Point

_VERSION = 1
_OUTPUTS = ("StateMachineArn", "LedgerTableName", "ReportBucketName")
_STRICT = dacite.Config(strict=True)


@dataclass
class Checkpoint:
    """What was verified. `executions`: the time before which all executions were compared with the records."""

    version: int
    ledger: dict[str, str]
    services: dict[str, Point] = field(default_factory=dict)
    executions: str = ""

    @property
    def executions_since(self) -> datetime | None:
        """Return the time from which executions must still be compared with the records; None if none were compared."""
        return datetime.fromisoformat(self.executions) if self.executions else None


def of(cloud: Cloud, path: Path) -> Checkpoint:
    """Return what a file holds; an empty checkpoint if there is no file. Raises Refused.

    A file that can't be written later is refused now, and so is one of another ledger.
    """
    if not path.parent.is_dir():
        raise Refused("NO_DIRECTORY", f"--checkpoint {path}: there is no directory {path.parent}; make it first")
    own = {name: cloud.outputs.get(name, "") for name in _OUTPUTS}
    if not path.exists():
        return Checkpoint(_VERSION, own)
    read = _read(path)
    for name, value in own.items():
        if read.ledger.get(name) != value:
            other = f"its {name} is {read.ledger.get(name)}, here it is {value}"
            what = f"--checkpoint {path} is of another ledger: {other}"
            raise Refused("OTHER_LEDGER", f"{what}; give each ledger a file of its own")
    return read


def _read(path: Path) -> Checkpoint:
    way_out = "give the file that the last run wrote, or remove it to begin with a check of everything"
    try:
        document: Any = json.loads(path.read_bytes())
        read = dacite.from_dict(Checkpoint, document, _STRICT)
        zoned = read.executions_since is None or read.executions_since.tzinfo is not None
    except (ValueError, TypeError, AttributeError, RecursionError, dacite.DaciteError) as error:
        raise Refused("NO_CHECKPOINT", f"--checkpoint {path} can't be read: {error}; {way_out}") from error
    if read.version != _VERSION:
        raise Refused("NO_CHECKPOINT", f"--checkpoint {path} is of version {read.version}, not {_VERSION}; {way_out}")
    if not zoned:
        raise Refused("NO_CHECKPOINT", f"--checkpoint {path}: executions {read.executions!r} has no offset; {way_out}")
    return read


def write(path: Path, checkpoint: Checkpoint) -> None:
    """Replace the checkpoint file atomically: a crash leaves the old file or the new one."""
    with NamedTemporaryFile("w", dir=path.parent, prefix=path.name, delete=False, encoding="utf-8") as file:
        file.write(json.dumps(asdict(checkpoint), indent=2) + "\n")
    Path(file.name).replace(path)
