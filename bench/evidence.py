"""What it takes to verify a long history: calls, items, bytes and memory, at once and from a checkpoint on.

The command's own code and adapters run, on a table and a bucket in memory (tests/support/history.py) whose records lie
on disk.
"""

from __future__ import annotations

import gc
import resource
import tempfile
from collections.abc import Iterator, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from bench.figure import Figure
from cli.evidence import checkpoint as file
from cli.evidence.checking import Checking
from landfall import chain
from landfall.chain import HASH, Head
from tests.campaigns.tampering import chains
from tests.support.history import BEGAN, Reads, World, read
from tests.support.signing import KMS, signed

SIZES = (1_000, 10_000, 100_000)
NEW = 10
"""Records that came since the checkpoint."""
BEFORE = {1_000: 9.4, 10_000: 86.1, 100_000: 860.0}
"""Megabytes at most, when all records were held in memory; the last from the two before it."""
READ_BEFORE = {100_000: 695.0}
"""Megabytes that were read, whatever had been verified."""
SLACK = 8.0
"""Megabytes that a check of the longest history may take over one of the shortest."""
MEGABYTE = 1_000_000


class OnDisk(MutableMapping[tuple[str, str], bytes]):
    """Items by their keys: those of a service in a file, others in memory."""

    def __init__(self, lines: IO[bytes]) -> None:
        self._file, self._at, self._others = lines, dict[str, tuple[int, int]](), dict[tuple[str, str], bytes]()

    def append(self, id_: str, item: bytes) -> None:
        """Add an item of the service."""
        self._at[id_] = (self._file.tell(), len(item))
        self._file.write(item)

    def __getitem__(self, key: tuple[str, str]) -> bytes:
        if key in self._others:
            return self._others[key]
        at, length = self._at[key[1]]
        self._file.seek(at)
        return self._file.read(length)

    def __setitem__(self, key: tuple[str, str], item: bytes) -> None:
        self._others[key] = item

    def __delitem__(self, key: tuple[str, str]) -> None:
        del self._others[key]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._others)

    def __len__(self) -> int:
        return len(self._others)


class Versions(dict[str, list[dict[str, Any]]]):
    """The one version of each anchor, made when it is listed."""

    def __missing__(self, key: str) -> list[dict[str, Any]]:
        return [{"Key": key, "VersionId": "0", "LastModified": BEGAN, "body": "{}", "hides": False}]


class History:
    """So many closed, signed, reported and anchored records."""

    def __init__(self, length: int, lines: IO[bytes]) -> None:
        self.items, self.ids, self.anchors = OnDisk(lines), list[str](), list[str]()
        template, head = chains.record(1), None
        for number in range(1, length + 1):
            at = BEGAN + timedelta(minutes=number)
            own = {"deployment_id": f"{at:%Y%m%dT%H%M%SZ}-{number}", "ended_at": at.isoformat()}
            sealed = signed(chain.sealed({**template, **own}, head, KMS.public.fingerprint))
            head = Head("sample", number, sealed[HASH], own["deployment_id"])
            self.items.append(head.deployment_id, chain.canonical({**sealed, "reported": f"s3://reports/{number}"}))
            self.ids.append(head.deployment_id)
            self.anchors.append(chain.anchor_of(head).key)

    def world(self, length: int) -> World:
        """Return an AWS with the first so many of them."""
        world = World.empty()
        world.table.items, world.table.ids = self.items, {"sample": self.ids[:length]}
        world.bucket.versions = Versions(world.bucket.versions)
        world.bucket.keys[:0] = self.anchors[:length]
        world.set_head(read(self.items["sample", self.ids[length - 1]]))
        return world


@dataclass(frozen=True)
class Cost:
    """What a check took. `most`: megabytes that the process had at most."""

    reads: Reads
    most: float
    looked_at: int


def check(world: World, path: Path | None = None) -> Cost:
    """Check the service. Raises AssertionError if anything is found."""
    world.reads.clear()
    _memory_from_here_on()
    known = file.of(world, path) if path else None
    (checked,) = Checking(world, lambda _, mark: mark, path, known).services(["sample"])
    most = _most()
    if checked.told.findings or checked.reread:
        raise AssertionError(f"found {checked.told.findings[:3]}; {checked.reread}")
    return Cost(Reads(world.reads), most, checked.told.chained)


def _memory_from_here_on() -> float:
    """Return the megabytes that the process has. On Linux, what it had at most is counted from here on (man 5 proc)."""
    gc.collect()
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _most()


def _most() -> float:
    """Return the most megabytes that the process had."""
    with suppress(OSError):
        told = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines())
        return int(told["VmHWM"].split()[0]) / 1000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def figures(sizes: tuple[int, ...] = SIZES, new: int = NEW) -> list[Figure]:
    """Measure each size, and the longest again with some new records."""
    with tempfile.TemporaryDirectory() as place, (Path(place) / "records").open("w+b") as lines:
        path, history = Path(place) / "checkpoint.json", History(sizes[-1] + new, lines)
        before = _memory_from_here_on()
        whole = {size: check(history.world(size), path if size == sizes[-1] else None) for size in sizes}
        resumed = check(history.world(sizes[-1] + new), path)
    flat = whole[sizes[0]].most - before + SLACK
    found = []
    for size, cost in whole.items():
        name = f"verify-evidence, {size:,} records"
        found += [_memory(name, cost.most - before, size, flat), *_of(name, cost, size)]
    name = f"verify-evidence, {new} new after {sizes[-1]:,}"
    return [*found, _memory(name, resumed.most - before, sizes[-1], flat), *_of_resumed(name, resumed, sizes[-1], new)]


def _memory(name: str, most: float, size: int, flat: float) -> Figure:
    return Figure(f"{name}: memory over what the process had before, at most", most, "MB", flat, BEFORE.get(size))


def _of(name: str, cost: Cost, size: int) -> list[Figure]:
    return [
        Figure(f"{name}: bytes read", cost.reads["bytes"] / MEGABYTE, "MB", None, READ_BEFORE.get(size)),
        Figure(f"{name}: calls", cost.reads["calls"], "calls"),
    ]


def _of_resumed(name: str, cost: Cost, size: int, new: int) -> list[Figure]:
    """A few calls, the new records, the last that was verified, and their anchors."""
    return [
        Figure(f"{name}: bytes read", cost.reads["bytes"] / MEGABYTE, "MB", 0.1, READ_BEFORE.get(size)),
        Figure(f"{name}: items read", cost.reads["items"], "items", 2 * new + 10),
        Figure(f"{name}: calls", cost.reads["calls"], "calls", 10),
    ]
