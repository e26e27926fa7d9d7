"""Reads the files of an export line by line, so that a long history takes no more memory than a short one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TypeVar

import dacite

from cli.evidence.files import ANCHORS, FILES, HEADS, KEY, KEYS, LATER, RECORDS, Key
from cli.exits import Refused
from landfall import chain
from landfall.chain import HASH, Anchor, Record
from landfall.chain.check.chain_evidence import Finding
from landfall.chain.check.kept_evidence import Kept
from landfall.chain.signature import PublicKey

_STRICT = dacite.Config(strict=True)
_T = TypeVar("_T", Key, Anchor)
Opened = tuple[list[Kept], list[Finding]]


class Marks:
    """The additions of later.jsonl by record, in a temporary database. A second line for a record replaces the first.

    The first record of a name takes its additions, so each is used once.
    """

    def __init__(self, lines: Iterable[Record]) -> None:
        self.services: dict[str, None] = {}
        put = "INSERT INTO marks VALUES (NULL, ?, ?) ON CONFLICT (name) DO UPDATE SET body = excluded.body"
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000;")
        self._db.execute("CREATE TABLE marks (at INTEGER PRIMARY KEY, name TEXT UNIQUE, body TEXT)")
        for line in lines:
            self.services.setdefault(_service(line))
            row = (_name(line), chain.canonical(line).decode())
            self._db.execute(put, row)

    def close(self) -> None:
        """Delete everything."""
        self._db.close()

    def pop(self, record: Record) -> Record:
        """Return a record's additions, and forget them."""
        found = self._db.execute("SELECT at, body FROM marks WHERE name = ?", (_name(record),)).fetchone()
        if found is None:
            return {}
        self._db.execute("DELETE FROM marks WHERE at = ?", found[:1])
        return dict(json.loads(found[1]))

    def left(self) -> Iterator[Record]:
        """Yield the open records: those that no sealed record took. Additions to a missing record are not a record."""
        for (body,) in self._db.execute("SELECT body FROM marks ORDER BY at"):
            record = json.loads(body)
            if chain.covered(record).keys() > KEY:
                yield record


@dataclass
class Lines:
    """The lines of a file that have Landfall's own form, and a fault for each line that has not."""

    path: Path
    wrong: list[Finding] = field(default_factory=list)

    def __iter__(self) -> Iterator[Record]:
        """Yield documents. Landfall did not write a line that is not in canonical form."""
        if self.path.name == KEYS and not self.path.exists():
            return  # this export is older than the signing of records
        with _file(self.path) as file:
            for number, line in enumerate(file, start=1):
                if not line.endswith(b"\n"):
                    self.wrong.insert(0, Finding("UNREADABLE", f"{self.path.name} ends in the middle of a line"))
                elif (document := _document(line[:-1])) is not None:
                    yield document
                else:
                    what = f"{self.path.name}:{number} is not in the form that Landfall writes"
                    self.wrong.append(Finding("UNREADABLE", what))


@contextmanager
def opened(directory: Path, trusted: Collection[str] = ()) -> Iterator[Opened]:
    """Read an export. Yield the kept records of each service, and the faults of the files. Raises Refused.

    `trusted` are fingerprints from another source: a person who forges an export can also forge its keys.
    """
    lines = {name: Lines(directory / name) for name in FILES}
    for name in FILES[:-1]:
        _file(directory / name).close()
    with ExitStack() as stack:
        yield _Export(lines, set(trusted), stack).read()


class _Export:
    def __init__(self, lines: dict[str, Lines], trusted: set[str], stack: ExitStack) -> None:
        self._lines, self._trusted, self._stack = lines, trusted, stack
        self._kept: dict[str, Kept] = {}
        self._unmade: dict[str, list[Finding]] = {ANCHORS: [], KEYS: []}
        self._key_lines = list(lines[KEYS])
        self._keys = list(self._made(Key, self._key_lines, KEYS))
        self._heads = list(lines[HEADS])

    def read(self) -> Opened:
        strays = self._records()
        for head in self._heads:
            kept = self._of(head)
            kept.heads = (*(kept.heads or ()), head)
        for anchor in self._made(Anchor, self._seen(self._lines[ANCHORS]), ANCHORS):
            self._of({"service": anchor.service}).shelf.keep_anchor(anchor)
        for line in self._key_lines:
            self._of(line)
        wrong = [finding for name in FILES for finding in self._lines[name].wrong] + strays
        wrong += [finding for found in self._unmade.values() for finding in found]
        if not self._kept:
            nothing = "it holds no record of any service: nothing was exported, or everything was removed"
            wrong.append(Finding("EMPTY", nothing))
        return list(self._kept.values()), [*wrong, *_doubts(self._keys, self._trusted)]

    def _records(self) -> list[Finding]:
        """Keep the records, each with what was added to it later. Return a finding for each without a hash."""
        strays = []
        with closing(Marks(self._lines[LATER])) as marks:
            for sealed in self._lines[RECORDS]:
                self._of(sealed).add({**marks.pop(sealed), **sealed})
                if HASH not in sealed:
                    strays.append(Finding("UNREADABLE", f"{RECORDS}: a record without a hash", _id(sealed)))
            for service in marks.services:
                self._of({"service": service})
            for record in marks.left():
                self._of(record).add(record)
        return strays

    def _of(self, document: Record) -> Kept:
        """Return the kept records of a document's service."""
        service = _service(document)
        if service not in self._kept:
            own = (k for k in self._keys if k.service == service and _is_key(k, self._trusted))
            kept = Kept(service, [PublicKey(key.public_key) for key in own], begun=True)
            self._kept[service] = self._stack.enter_context(kept)
        return self._kept[service]

    def _seen(self, documents: Iterable[Record]) -> Iterator[Record]:
        for document in documents:
            self._of(document)
            yield document

    def _made(self, kind: type[_T], documents: Iterable[Record], name: str) -> Iterator[_T]:
        for document in documents:
            try:
                yield dacite.from_dict(kind, document, _STRICT)
            except dacite.DaciteError as error:
                self._unmade[name].append(Finding("UNREADABLE", f"{name}: {error}"))


def _doubts(keys: Iterable[Key], trusted: set[str]) -> Iterator[Finding]:
    """Yield a finding for each key of an export that is not confirmed by `trusted`."""
    named = "compare it with the key that `landfall verify-evidence` prints in the account, and give it with --key"
    for fingerprint in dict.fromkeys(key.fingerprint for key in keys):
        if not trusted:
            yield Finding(
                "KEY_NOT_COMPARED",
                f"its records are signed by the key {fingerprint}, which comes from the export itself: {named}",
            )
        elif fingerprint not in trusted:
            yield Finding("KEY_UNKNOWN", f"its key {fingerprint} was not given with --key")


def _is_key(key: Key, trusted: set[str]) -> bool:
    try:
        same = PublicKey(key.public_key).fingerprint == key.fingerprint
    except ValueError:
        return False
    return same and (not trusted or key.fingerprint in trusted)


def _file(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as error:
        raise Refused("NO_EXPORT", f"{path}: {error.strerror}; make one with landfall history --export") from error


def _document(line: bytes) -> Record | None:
    try:
        document = json.loads(line)
        same = isinstance(document, dict) and chain.canonical(document) == line
    except (ValueError, RecursionError):
        return None
    return document if same else None


def _service(document: Record) -> str:
    return str(document.get("service"))


def _id(document: Record) -> str:
    return str(document.get("deployment_id"))


def _name(document: Record) -> str:
    return json.dumps([_service(document), _id(document)])
