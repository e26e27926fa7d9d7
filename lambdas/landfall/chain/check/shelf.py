"""Keeps stubs and anchors in order while a history is read. It takes the same memory for a history of any length.

It is a temporary database of SQLite's own: private, deleted when it is closed, and on disk as soon as it outgrows a
cache of 1 MB (SQLite documentation, Temporary Files). So 100,000 records take 100 MB of disk for as long as a check
takes.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import astuple

from landfall.chain import Anchor
from landfall.chain.check.stub import Place, Stub, token

_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -1000;
CREATE TABLE records (shelf TEXT, at INTEGER, place INTEGER, number TEXT, hash TEXT, sound INTEGER, signed INTEGER,
                      reported INTEGER, own INTEGER, closed INTEGER, id BLOB, body TEXT, mark INTEGER);
CREATE INDEX by_number ON records (number, at) WHERE place = 1;
CREATE INDEX by_hash ON records (hash) WHERE place = 1 AND NOT signed;
CREATE TABLE old (id BLOB, content BLOB);
CREATE TABLE anchors (at INTEGER PRIMARY KEY, number TEXT, service TEXT, hash TEXT, planted INTEGER, body TEXT);
CREATE INDEX by_anchor ON anchors (number);
CREATE VIEW seats AS SELECT at, number, hash, reported, body, signed FROM records AS r
    WHERE place = 1 AND at = (SELECT at FROM records WHERE place = 1 AND number = r.number
                              ORDER BY signed DESC, at DESC LIMIT 1);
"""
FOREIGN = "SELECT body FROM records WHERE NOT own ORDER BY shelf, at"
UNPLACED = "SELECT body FROM records WHERE place = 2 ORDER BY shelf, at"
CHANGED = "SELECT body FROM records WHERE place = 1 AND NOT sound ORDER BY shelf, at"
AS_KEPT = "SELECT body FROM records WHERE place = 1 ORDER BY shelf, at"
OUTSIDE = "SELECT body FROM records WHERE place = 3 ORDER BY shelf, at"
ORDERED = "SELECT body FROM records WHERE place = 1 ORDER BY number, at"
NEWEST = "SELECT body FROM records WHERE place = 1 ORDER BY number DESC, at DESC"
SIGNED = "SELECT body FROM records WHERE place = 1 AND signed ORDER BY number, at"
UNSIGNED = "SELECT body FROM records WHERE place = 1 AND NOT signed AND sound ORDER BY number, at"
OF_HASH = "SELECT body FROM records WHERE place = 1 AND NOT signed AND hash = ? ORDER BY shelf DESC, at DESC"
NOT_ANCHORED = """SELECT body FROM seats WHERE reported AND NOT EXISTS
    (SELECT 1 FROM anchors WHERE number = seats.number AND service = ? AND NOT planted) ORDER BY number, at"""
_PENDING = """SELECT id FROM records WHERE id <= ? AND (place = 4 OR (place = 1 AND number > ?)
    OR (place = 3 AND NOT closed)) ORDER BY id LIMIT ?"""
_AHEAD = """SELECT id FROM records WHERE id > ? AND ((place = 1 AND number <= ?) OR (place = 3 AND closed))
    ORDER BY id LIMIT ?"""
_MARKS = "SELECT mark FROM records ORDER BY shelf, at"
_SIGNATURE = """SELECT body FROM records WHERE place = 1 AND number = ? AND hash = ? ORDER BY at DESC LIMIT 1"""
_ANCHORS = """SELECT anchors.body, (SELECT body FROM seats WHERE number = anchors.number)
    FROM anchors WHERE NOT planted ORDER BY anchors.at"""
_STRANGE = """SELECT at, body FROM anchors
    WHERE hash IS NOT (SELECT hash FROM seats WHERE number = anchors.number) ORDER BY at"""
_GONE = """SELECT DISTINCT number FROM anchors WHERE service = ? AND NOT planted
    AND NOT EXISTS (SELECT 1 FROM records WHERE place = 1 AND number = anchors.number) ORDER BY number"""
_VOUCHED = """SELECT body FROM seats WHERE signed AND EXISTS
    (SELECT 1 FROM anchors WHERE number = seats.number AND hash = seats.hash) ORDER BY number DESC"""


class Shelf:
    """Stubs and anchors, sorted when they are read."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript(_TABLES)

    def close(self) -> None:
        """Delete everything."""
        self._db.close()

    def keep(self, stub: Stub, at: int, *, by_number: bool, mark: int) -> None:
        """Keep a stub at a place in the order: of its number first, if `by_number`. `mark` is the caller's own."""
        number = sortable(stub.number)
        flags = (stub.sound, stub.signed, stub.reported, not stub.foreign, stub.closed)
        row = (number if by_number else "", at, stub.place, number, stub.hash, *flags)
        body = json.dumps(stub)
        self._db.execute(
            "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*row, _bytes(stub.deployment_id), body, mark),
        )

    def keep_old(self, deployment_id: str, content: bytes) -> None:
        """Keep the content of a record from before there were chains: one hash covers all of them."""
        self._db.execute("INSERT INTO old VALUES (?, ?)", (_bytes(deployment_id), content))

    def keep_anchor(self, anchor: Anchor) -> None:
        """Keep an anchor."""
        body = json.dumps(astuple(anchor))
        row = (sortable(anchor.sequence), token(anchor.service), token(anchor.hash), body)
        self._db.execute("INSERT INTO anchors VALUES (NULL, ?, ?, ?, 0, ?)", row)

    def forget_anchors(self) -> None:
        """Delete the anchors: they are read again."""
        self._db.execute("DELETE FROM anchors")

    def stubs(self, which: str, *values: str) -> Iterator[Stub]:
        """Yield stubs: `which` is one of the constants of this module."""
        for (body,) in self._db.execute(which, values):
            yield Stub(*json.loads(body))

    def first(self, which: str, *values: str) -> Stub | None:
        """Return the first of such stubs."""
        return next(self.stubs(which, *values), None)

    def old(self) -> Iterator[bytes]:
        """Yield the contents of records from before there were chains, by their ids."""
        for (content,) in self._db.execute("SELECT content FROM old ORDER BY id, rowid"):
            yield content

    def signature(self, number: int, hash_: str) -> str | None:
        """Return the signature of the record with that number and hash; "" if it has none, None if there is none."""
        stub = self.first(_SIGNATURE, sortable(number), token(hash_))
        return None if stub is None else str(json.loads(stub.signature)) if stub.signature[:1] == '"' else ""

    def strange(self) -> Iterator[tuple[int, Anchor]]:
        """Yield the anchors that match no record, each with its place."""
        for at, body in self._db.execute(_STRANGE):
            yield at, Anchor(*json.loads(body))

    def plant(self, at: Iterable[int]) -> None:
        """Leave anchors out from here on: they are not Landfall's."""
        self._db.executemany("UPDATE anchors SET planted = 1 WHERE at = ?", [(each,) for each in at])

    def anchors(self) -> Iterator[tuple[Anchor, Stub | None]]:
        """Yield the anchors, each with the record of its number: of two records, the signed one."""
        for anchor, body in self._db.execute(_ANCHORS):
            yield Anchor(*json.loads(anchor)), Stub(*json.loads(body)) if body else None

    def gone(self, service: str) -> Iterator[int]:
        """Yield the numbers for which a service has an anchor but no record."""
        return (_number(number) for (number,) in self._db.execute(_GONE, (token(service),)))

    def anchored(self) -> int:
        """Return how many numbers have an anchor."""
        (found,) = self._db.execute("SELECT count(DISTINCT number) FROM anchors").fetchone()
        return int(found)

    def vouched(self) -> Stub | None:
        """Return the newest record that is signed and matches an anchor."""
        return self.first(_VOUCHED)

    def pending(self, after: str, number: int, most: int) -> list[str]:
        """Return ids up to `after` of records that are open or have a greater number, with a limit."""
        return self._ids(_PENDING, after, number, most)

    def ahead(self, after: str, number: int, most: int) -> list[str]:
        """Return ids past `after` of records that are closed and have no greater number, with a limit."""
        return self._ids(_AHEAD, after, number, most)

    def _ids(self, which: str, after: str, number: int, most: int) -> list[str]:
        found = self._db.execute(which, (_bytes(after), sortable(number), most))
        return [id_.decode("utf-8", "surrogatepass") for (id_,) in found]

    def marks(self) -> Iterator[int]:
        """Yield the marks of the records in the order they are kept in."""
        return (mark for (mark,) in self._db.execute(_MARKS))

    def cut_after(self, number: int) -> None:
        """Leave the records with a greater number out from here on."""
        values = (int(Place.BEYOND), int(Place.PLACED), sortable(number))
        self._db.execute("UPDATE records SET place = ? WHERE place = ? AND number > ?", values)


def sortable(number: int) -> str:
    """Return a text for any integer, so that texts sort as the integers do. Landfall writes no negative one."""
    digits = str(abs(number))
    if number >= 0:
        return f"1{len(digits):04d}{digits}"
    return f"0{9999 - len(digits):04d}{digits.translate(_COMPLEMENT)}"


_COMPLEMENT = str.maketrans("0123456789", "9876543210")


def _number(text: str) -> int:
    return int(text[5:]) if text[0] == "1" else -int(text[5:].translate(_COMPLEMENT))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
