"""The ways to tamper: with the bytes of an export, and with the ledger itself. Each is told what it may choose by."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from cli.evidence import export
from landfall.chain import (
    AFTER_CLOSING,
    HASH,
    PREVIOUS,
    SEQUENCE,
    SIGNATURE,
    SIGNED_BY,
    Anchor,
    Head,
    Record,
    anchor_of,
    canonical,
    covered,
    digest,
    head_of,
    sealed,
)
from landfall.chain.check.chain_evidence import Evidence
from tests.campaigns.tampering.chains import of, rewritten
from tests.support.signing import KMS, OTHER, signed

HEAD = Head("sample", 1, "0" * 64, "none")

Bytes = Callable[[Path, random.Random], str]
Ledger = Callable[[Evidence, random.Random], tuple[Evidence, str]]


def change_byte(directory: Path, dice: random.Random) -> str:
    """Change one byte of the records."""
    return _changed(directory / export.RECORDS, dice)


def change_byte_of_head_or_anchors(directory: Path, dice: random.Random) -> str:
    """Change one byte of what the records are held against."""
    return _changed(directory / dice.choice((export.HEADS, export.ANCHORS)), dice)


def _changed(path: Path, dice: random.Random) -> str:
    content = bytearray(path.read_bytes())
    at = dice.randrange(len(content))
    before = content[at]
    content[at] = dice.choice([byte for byte in range(256) if byte != before])
    path.write_bytes(content)
    return f"{path.name}: byte {at} from {before} to {content[at]}"


def delete_line(directory: Path, dice: random.Random) -> str:
    """Delete one record, wherever it stands."""
    lines, path = _lines(directory)
    at = dice.randrange(len(lines))
    path.write_bytes(b"".join(lines[:at] + lines[at + 1 :]))
    return f"line {at + 1} deleted"


def swap_lines(directory: Path, dice: random.Random) -> str:
    """Swap two records."""
    lines, path = _lines(directory)
    one, other = dice.sample(range(len(lines)), 2)
    lines[one], lines[other] = lines[other], lines[one]
    path.write_bytes(b"".join(lines))
    return f"lines {one + 1} and {other + 1} swapped"


def repeat_line(directory: Path, dice: random.Random) -> str:
    """Write one record twice."""
    lines, path = _lines(directory)
    at = dice.randrange(len(lines))
    path.write_bytes(b"".join([*lines[: at + 1], *lines[at:]]))
    return f"line {at + 1} twice"


def cut_end(directory: Path, dice: random.Random) -> str:
    """Cut the newest records off."""
    lines, path = _lines(directory)
    left = dice.randrange(len(lines))
    path.write_bytes(b"".join(lines[:left]))
    return f"cut to {left} lines"


def _lines(directory: Path) -> tuple[list[bytes], Path]:
    path = directory / export.RECORDS
    return path.read_bytes().splitlines(keepends=True), path


def change_field(evidence: Evidence, dice: random.Random) -> tuple[Evidence, str]:
    """Change, drop or add a field of one record."""
    at = dice.randrange(len(evidence.records))
    record = dict(evidence.records[at])
    name = dice.choice(sorted(record.keys() - AFTER_CLOSING))
    match dice.randrange(3):
        case 0:
            record[name] = f"{record[name]}0" if isinstance(record[name], str) else record[name] + 1
        case 1:
            del record[name]
        case _:
            record[f"{name}_too"] = record[name]
    return _with(evidence, at, record), f"record {at + 1}: {name}"


def exchange_content(evidence: Evidence, dice: random.Random) -> tuple[Evidence, str]:
    """Put the content of one record under the name of another."""
    one, other = dice.sample(range(len(evidence.records)), 2)
    names = {k: evidence.records[one][k] for k in ("service", "deployment_id")}
    return _with(evidence, one, {**evidence.records[other], **names}), f"record {one + 1} is {other + 1}"


def cut_end_with_head(evidence: Evidence, dice: random.Random) -> tuple[Evidence, str]:
    """Cut the newest records off the ledger, and set HEAD to match: only the anchors can tell."""
    left = dice.randrange(1, len(evidence.records))
    head = asdict(head_of(evidence.records[left - 1]) or HEAD)
    return replace(evidence, records=evidence.records[:left], heads=(head,)), f"cut to {left}, HEAD with it"


def rewrite(evidence: Evidence, dice: random.Random) -> tuple[Evidence, str]:
    """Change one record, seal and sign it and all after it anew, HEAD included, with the key: the anchors tell."""
    at = dice.randrange(len(evidence.records))
    return rewritten(evidence, at), f"rewritten from {at + 1} on"


def rewrite_without_the_key(evidence: Evidence, dice: random.Random) -> tuple[Evidence, str]:
    """Change one record and seal all anew, take the anchors away, and sign with a key of one's own, or not at all."""
    at, kms = dice.randrange(len(evidence.records)), dice.choice((None, OTHER))
    changed = replace(rewritten(evidence, at, kms), anchors=())
    records = tuple({k: v for k, v in r.items() if k != "reported"} for r in changed.records)
    return replace(changed, records=records), f"rewritten from {at + 1} on, signed by {kms and 'another key'}"


MISSING = object()
PLACES: tuple[Any, ...] = (0, -1, "7", "", True, None, 1.5, [], {"a": 1}, MISSING)


def misplace(evidence: Evidence, dice: random.Random) -> tuple[Evidence, str]:
    """Add a record of a release that was never proven, under a number that no closing gives, its hash being right."""
    place = dice.choice(PLACES)
    content = {**covered(evidence.records[0]), "deployment_id": "20270101T000000Z-forged", SEQUENCE: place}
    if place is MISSING:
        del content[SEQUENCE]
    forged = {**content, HASH: digest(content)}
    return replace(evidence, records=(*evidence.records, forged)), f"number {place!r}"


def append(evidence: Evidence, dice: random.Random) -> tuple[Evidence, str]:
    """Put records on top, right in number and hash, with HEAD and anchors to match: the chain has no key."""
    records, head = list(evidence.records), head_of(evidence.records[-1])
    anchors, kms, times = list(evidence.anchors), dice.choice((None, OTHER)), dice.randrange(1, 4)
    for number in range(times):
        content = {**covered(records[0]), "deployment_id": f"20270101T00000{number}Z-forged"}
        sealed_ = sealed(content, head, kms.public.fingerprint if kms else "")
        records.append(signed(sealed_, kms) if kms else sealed_)
        head = head_of(records[-1])
        anchors.append(anchor_of(head or HEAD))
    return (
        replace(evidence, records=tuple(records), heads=(asdict(head or HEAD),), anchors=tuple(anchors)),
        f"{times} on top, signed by {kms and 'another key'}",
    )


def break_head(evidence: Evidence, dice: random.Random) -> tuple[Evidence, str]:
    """Write nonsense into HEAD, or take it, or put a second beside it."""
    head = dict(evidence.heads[0])
    name, value = dice.choice(sorted(head)), dice.choice(PLACES[:-1])
    heads = dice.choice([(), ({**head, name: value},), (head, head), ({k: head[k] for k in head if k != name},)])
    return replace(evidence, heads=heads), f"HEAD is {heads}"


def plant_anchor(evidence: Evidence, dice: random.Random) -> tuple[Evidence, str]:
    """Put an anchor into the bucket for a record that there is not, or another for one that there is."""
    at = dice.randrange(1, 2 * len(evidence.records))
    planted = Anchor(evidence.service, at, f"{at:064x}", signature=dice.choice(("", "no signature")), late=True)
    return replace(evidence, anchors=(*evidence.anchors, planted)), f"anchor {at}"


def add_an_old_one(evidence: Evidence, dice: random.Random) -> tuple[Evidence, str]:
    """Add a record that claims to be from before there were chains, its time and its schema to match."""
    at = dice.randrange(len(evidence.records))
    content = {k: v for k, v in covered(evidence.records[at]).items() if k not in (SEQUENCE, PREVIOUS, SIGNED_BY)}
    old = {**content, "schema": 1, "ended_at": "2020-01-01T00:00:00+00:00", "deployment_id": "20200101T000000Z-forged"}
    return replace(evidence, records=(old, *evidence.records)), "an old one"


def unchain(evidence: Evidence, dice: random.Random) -> tuple[Evidence, str]:
    """Take one record out of the chain, and let it claim to be older than chains."""
    at = dice.randrange(len(evidence.records))
    record = {
        k: v for k, v in evidence.records[at].items() if k not in (HASH, SEQUENCE, PREVIOUS, SIGNATURE, SIGNED_BY)
    }
    return _with(evidence, at, record | {"schema": 1}), f"record {at + 1} unchained"


def hide_anchors(evidence: Evidence, dice: random.Random) -> tuple[Evidence, str]:
    """Remove the anchors from some record on, as somebody could who may bypass governance."""
    left = dice.randrange(len(evidence.anchors))
    return replace(evidence, anchors=evidence.anchors[:left]), f"{left} anchors left"


def _with(evidence: Evidence, at: int, record: Record) -> Evidence:
    records = [*evidence.records[:at], record, *evidence.records[at + 1 :]]
    return replace(evidence, records=tuple(records))


def second_head(directory: Path, dice: random.Random) -> str:
    """Write a second HEAD into the export."""
    path = directory / export.HEADS
    head = json.loads(path.read_bytes())
    other = canonical({**head, SEQUENCE: dice.randrange(1, 99), HASH: "0" * 64}) + b"\n"
    path.write_bytes(dice.choice([path.read_bytes() + other, other + path.read_bytes(), path.read_bytes() * 2]))
    return "two HEADs"


def make_up(directory: Path, dice: random.Random) -> str:
    """Exchange the whole export for one that was made up, its own key with it."""
    kms, length = dice.choice((OTHER, KMS)), dice.randrange(1, 20)
    made = replace(of(length, length if kms is KMS else 0, OTHER), keys=(kms.public,), begun=True)
    _emptied(directory)
    export.write(directory, [made])
    return f"{length} records, " + ("unsigned" if kms is KMS else "signed by another key")


def empty(directory: Path, dice: random.Random) -> str:
    """Leave nothing in the files of the export, but for some line that says nothing."""
    _emptied(directory)
    for name in export.FILES:
        (directory / name).write_bytes(b"")
    return "empty"


def _emptied(directory: Path) -> None:
    for name in export.FILES:
        (directory / name).unlink()


OF_AN_EXPORT: Mapping[str, Bytes] = {
    w.__name__: w
    for w in (
        *(change_byte, change_byte_of_head_or_anchors, delete_line, swap_lines, repeat_line, cut_end),
        *(second_head, make_up, empty),
    )
}
OF_A_LEDGER: Mapping[str, Ledger] = {
    w.__name__: w
    for w in (
        *(change_field, exchange_content, cut_end_with_head, rewrite, unchain, hide_anchors),
        *(rewrite_without_the_key, misplace, append, break_head, plant_anchor, add_an_old_one),
    )
}
