"""Writes evidence to files, so that it can be verified elsewhere.

The files hold JSON lines, each in the canonical form of landfall.chain.

records.jsonl   the sealed records, in the order of their chain: hashes cover every byte
later.jsonl     what was added to them later, and records that are in no chain: no hash covers them
heads.jsonl     HEAD of each service
anchors.jsonl   the anchors in the report bucket
keys.jsonl      the public keys that verify the signatures: the receiver must compare their fingerprints
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from cli.evidence.exported import opened
from cli.evidence.files import ANCHORS, FILES, HEADS, KEY, KEYS, LATER, RECORDS, Key
from cli.exits import Refused
from landfall import chain
from landfall.chain import HASH, Record
from landfall.chain.check.chain_evidence import Evidence
from landfall.chain.check.kept_evidence import Kept

__all__ = ["ANCHORS", "FILES", "HEADS", "KEYS", "LATER", "RECORDS", "Writer", "opened", "write", "writing"]


@dataclass(frozen=True)
class Writer:
    """The files of an export, and a temporary file: records are read in order of ids, written in order of numbers."""

    files: Mapping[str, IO[bytes]]
    spool: IO[bytes]

    def keep(self, record: Record) -> int:
        """Write a record to the temporary file, and return its place. Raises Refused if it can't be exported."""
        at = self.spool.seek(0, 2)
        sealed = {k: v for k, v in record.items() if k not in chain.AFTER_CLOSING} if HASH in record else None
        self.spool.write(b"\n" if sealed is None else _line(sealed))
        self.spool.write(_line(_later(record)))
        return at

    def add(self, kept: Kept) -> None:
        """Write the evidence of a service whose records are in the temporary file."""
        for at in kept.shelf.marks():
            self.spool.seek(at)
            sealed, later = self.spool.readline(), self.spool.readline()
            self.files[RECORDS].write(sealed.removeprefix(b"\n"))
            self.files[LATER].write(later)
        self._write(HEADS, kept.heads or ())
        self._write(ANCHORS, (asdict(anchor) for anchor, _ in kept.shelf.anchors()))
        keys = kept.keys if kept.begun else ()
        self._write(KEYS, (asdict(Key(kept.service, key.encoded, key.fingerprint)) for key in keys))
        self.spool.truncate(0)

    def _write(self, name: str, documents: Iterable[Mapping[str, Any]]) -> None:
        for document in documents:
            self.files[name].write(_line(document))


@contextmanager
def writing(directory: Path) -> Iterator[Writer]:
    """Begin an export. Raises Refused if the directory holds one already. If it fails, no file is left."""
    directory.mkdir(parents=True, exist_ok=True)
    if there := [name for name in FILES if (directory / name).exists()]:
        raise Refused("EXPORT_EXISTS", f"--export {directory} holds {there[0]} already; give an empty directory")
    try:
        with ExitStack() as stack:
            files = {name: stack.enter_context((directory / name).open("xb")) for name in FILES}
            yield Writer(files, stack.enter_context(TemporaryFile()))
    except BaseException:
        for name in FILES:
            (directory / name).unlink(missing_ok=True)
        raise


def write(directory: Path, found: Iterable[Evidence]) -> None:
    """Write the evidence of services. Raises Refused if the directory holds an export already."""
    with writing(directory) as out:
        for evidence in found:
            with Kept.of(evidence, out.keep) as kept:
                out.add(kept)


def _line(document: Mapping[str, Any]) -> bytes:
    try:
        return chain.canonical(document) + b"\n"
    except (TypeError, ValueError) as error:
        what = document.get("deployment_id", "a record")
        raise Refused("CHANGED", f"can't export {what}: {error}; somebody changed it by hand") from error


def _later(record: Record) -> Record:
    if HASH not in record:
        return record
    return {k: v for k, v in record.items() if k in KEY | chain.AFTER_CLOSING}
