"""Writes evidence to files and reads it, so that it can be verified elsewhere.

The files hold JSON lines, each in the canonical form of landfall.chain.

records.jsonl   the sealed records, in the order of their chain: hashes cover every byte
later.jsonl     what was added to them later, and records that are in no chain: no hash covers them
heads.jsonl     HEAD of each service
anchors.jsonl   the anchors in the report bucket
keys.jsonl      the public keys that verify the signatures: the receiver must compare their fingerprints
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import dacite

from cli.exits import Refused
from landfall import chain
from landfall.chain import HASH, Anchor, Record
from landfall.chain.check import Evidence, Finding
from landfall.chain.signature import PublicKey

RECORDS, LATER, HEADS, ANCHORS, KEYS = FILES = (
    *("records.jsonl", "later.jsonl", "heads.jsonl"),
    *("anchors.jsonl", "keys.jsonl"),
)
KEY = {"service", "deployment_id"}
_STRICT = dacite.Config(strict=True)


@dataclass(frozen=True)
class Key:
    """A public key of an export, and the service for which it signs records."""

    service: str
    public_key: str
    fingerprint: str


_T = TypeVar("_T", Key, Anchor)


def write(directory: Path, found: Iterable[Evidence]) -> None:
    """Write the evidence of services. Raises Refused if the directory holds an export already."""
    directory.mkdir(parents=True, exist_ok=True)
    if there := [name for name in FILES if (directory / name).exists()]:
        raise Refused("EXPORT_EXISTS", f"--export {directory} holds {there[0]} already; give an empty directory")
    lines: dict[str, list[Mapping[str, Any]]] = {name: [] for name in FILES}
    for evidence in found:
        for record in evidence.records:
            if HASH in record:
                lines[RECORDS].append({k: v for k, v in record.items() if k not in chain.AFTER_CLOSING})
            lines[LATER].append(_later(record))
        lines[HEADS] += evidence.heads
        lines[ANCHORS] += map(asdict, evidence.anchors)
        keys = evidence.keys if evidence.begun else ()
        lines[KEYS] += [asdict(Key(evidence.service, key.encoded, key.fingerprint)) for key in keys]
    for name, documents in lines.items():
        (directory / name).write_bytes(b"".join(_line(d) for d in documents))


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


def read(directory: Path, trusted: Collection[str] = ()) -> tuple[list[Evidence], list[Finding]]:
    """Return the evidence of each service in an export, and the faults of the files. Raises Refused.

    `trusted` are fingerprints from another source: a person who forges an export can also forge its keys.
    """
    findings: list[Finding] = []
    sealed, later, heads, anchors, keys = (_documents(directory / name, findings) for name in FILES)
    strays = [d for d in sealed if HASH not in d]
    findings += [Finding("UNREADABLE", f"{RECORDS}: a record without a hash", _name(d)[1]) for d in strays]
    marks = {_name(d): d for d in later}
    records = [{**marks.pop(_name(d), {}), **d} for d in sealed]
    records += [
        d for d in marks.values() if chain.covered(d).keys() > KEY
    ]  # else these are additions to a record that is gone
    known_anchors, known_keys = _made(Anchor, anchors, ANCHORS, findings), _made(Key, keys, KEYS, findings)
    services = dict.fromkeys(str(d.get("service")) for d in (*sealed, *later, *heads, *anchors, *keys))
    if not services:
        findings.append(
            Finding("EMPTY", "it holds no record of any service: nothing was exported, or everything was removed")
        )
    findings += _doubts(known_keys, set(trusted))
    return [
        Evidence(
            service,
            tuple(r for r in records if str(r.get("service")) == service),
            tuple(h for h in heads if str(h.get("service")) == service),
            tuple(a for a in known_anchors if a.service == service),
            tuple(PublicKey(k.public_key) for k in known_keys if k.service == service and _is_key(k, set(trusted))),
            begun=True,
        )
        for service in services
    ], findings


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


def _name(document: Record) -> tuple[str, str]:
    return str(document.get("service")), str(document.get("deployment_id"))


def _documents(path: Path, findings: list[Finding]) -> list[Record]:
    """Return the documents of a file. Landfall did not write a line that is not in canonical form."""
    if path.name == KEYS and not path.exists():
        return []  # this export is older than the signing of records
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
            findings.append(Finding("UNREADABLE", f"{path.name}:{number} is not in the form that Landfall writes"))
    return found


def _made(kind: type[_T], documents: Iterable[Record], name: str, findings: list[Finding]) -> list[_T]:
    made = []
    for document in documents:
        try:
            made.append(dacite.from_dict(kind, document, _STRICT))
        except dacite.DaciteError as error:
            findings.append(Finding("UNREADABLE", f"{name}: {error}"))
    return made
