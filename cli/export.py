"""Evidence as files, for somebody who verifies it elsewhere: JSON lines, each in the canonical form of chain.py.

records.jsonl   the sealed records, in the order of their chain: every byte is covered by a hash
later.jsonl     what was written to them afterwards, and records that are in no chain: covered by nothing
heads.jsonl     HEAD of each service
anchors.jsonl   what the report bucket holds
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import dacite

from cli.exits import Refused
from landfall import chain
from landfall.aws.ledger import Record
from landfall.chain import HASH, Anchor, Head
from landfall.chain_check import Evidence, Finding

RECORDS, LATER, HEADS, ANCHORS = FILES = ("records.jsonl", "later.jsonl", "heads.jsonl", "anchors.jsonl")
KEY = {"service", "deployment_id"}
_STRICT = dacite.Config(strict=True)
_T = TypeVar("_T", Head, Anchor)


def write(directory: Path, found: Iterable[Evidence]) -> None:
    """Write the evidence of services. Raises Refused where there is an export already."""
    directory.mkdir(parents=True, exist_ok=True)
    if there := [name for name in FILES if (directory / name).exists()]:
        raise Refused("EXPORT_EXISTS", f"--export {directory} holds {there[0]} already; give an empty directory")
    lines: dict[str, list[Mapping[str, Any]]] = {name: [] for name in FILES}
    for evidence in found:
        for record in evidence.records:
            if HASH in record:
                lines[RECORDS].append({**chain.covered(record), HASH: record[HASH]})
            lines[LATER].append(_later(record))
        lines[HEADS] += [asdict(evidence.head)] if evidence.head else []
        lines[ANCHORS] += map(asdict, evidence.anchors)
    for name, documents in lines.items():
        (directory / name).write_bytes(b"".join(_line(d) for d in documents))


def _line(document: Mapping[str, Any]) -> bytes:
    try:
        return chain.canonical(document) + b"\n"
    except (TypeError, ValueError) as error:
        what = document.get("deployment_id", "a record")
        raise Refused("CHANGED", f"{what} can't be exported: {error}; it was changed by hand") from error


def _later(record: Record) -> Record:
    if HASH not in record:
        return record
    return {k: v for k, v in record.items() if k in KEY | chain.AFTER_CLOSING}


def read(directory: Path) -> tuple[list[Evidence], list[Finding]]:
    """Return the evidence of each service in an export, and the lines that can't be read. Raises Refused."""
    findings: list[Finding] = []
    sealed, later, heads, anchors = (_documents(directory / name, findings) for name in FILES)
    strays = [d for d in sealed if HASH not in d]
    findings += [Finding("UNREADABLE", f"{RECORDS}: a record without a hash", _name(d)[1]) for d in strays]
    marks = {_name(d): d for d in later}
    records = [{**marks.pop(_name(d), {}), **d} for d in sealed]
    records += [d for d in marks.values() if chain.covered(d).keys() > KEY]  # else what was added to one that is gone
    known_heads, known_anchors = _made(Head, heads, HEADS, findings), _made(Anchor, anchors, ANCHORS, findings)
    services = dict.fromkeys(str(d.get("service")) for d in (*sealed, *later, *heads, *anchors))
    return [
        Evidence(
            service,
            tuple(r for r in records if str(r.get("service")) == service),
            next((h for h in known_heads if h.service == service), None),
            tuple(a for a in known_anchors if a.service == service),
        )
        for service in services
    ], findings


def _name(document: Record) -> tuple[str, str]:
    return str(document.get("service")), str(document.get("deployment_id"))


def _documents(path: Path, findings: list[Finding]) -> list[Record]:
    """Return the documents of a file. A line in any other than the one spelling was not written by Landfall."""
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise Refused("NO_EXPORT", f"{path}: {error.strerror}; make one with landfall history --export") from error
    if lines.pop():
        findings.append(Finding("UNREADABLE", f"{path.name} ends in the middle of a line"))
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            document = json.loads(line)
            same = isinstance(document, dict) and chain.canonical(document) == line
        except (ValueError, RecursionError):
            same = False
        if same:
            found.append(document)
        else:
            findings.append(Finding("UNREADABLE", f"{path.name}:{number} is not as Landfall writes it"))
    return found


def _made(kind: type[_T], documents: Iterable[Record], name: str, findings: list[Finding]) -> list[_T]:
    made = []
    for document in documents:
        try:
            made.append(dacite.from_dict(kind, document, _STRICT))
        except dacite.DaciteError as error:
            findings.append(Finding("UNREADABLE", f"{name}: {error}"))
    return made
