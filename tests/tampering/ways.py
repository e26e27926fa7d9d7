"""The ways to tamper: with the bytes of an export, and with the ledger itself. Each is told what it may choose by."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from cli import export
from landfall.chain import AFTER_CLOSING, HASH, Record
from landfall.chain_check import Evidence
from tests.tampering.chains import rewritten

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
    last, head = evidence.records[left - 1], evidence.head
    assert head is not None
    head = replace(head, sequence=left, hash=last[HASH], deployment_id=last["deployment_id"])
    return replace(evidence, records=evidence.records[:left], head=head), f"cut to {left}, HEAD with it"


def rewrite(evidence: Evidence, dice: random.Random) -> tuple[Evidence, str]:
    """Change one record and seal it and all after it anew, HEAD included: only the anchors can tell."""
    at = dice.randrange(len(evidence.records))
    return rewritten(evidence, at), f"rewritten from {at + 1} on"


def unchain(evidence: Evidence, dice: random.Random) -> tuple[Evidence, str]:
    """Take one record out of the chain, and let it claim to be older than chains."""
    at = dice.randrange(len(evidence.records))
    record = {k: v for k, v in evidence.records[at].items() if k not in (HASH, "sequence", "previous_hash")}
    return _with(evidence, at, record | {"schema": 1}), f"record {at + 1} unchained"


def hide_anchors(evidence: Evidence, dice: random.Random) -> tuple[Evidence, str]:
    """Remove the anchors from some record on, as somebody could who may bypass governance."""
    left = dice.randrange(len(evidence.anchors))
    return replace(evidence, anchors=evidence.anchors[:left]), f"{left} anchors left"


def _with(evidence: Evidence, at: int, record: Record) -> Evidence:
    records = [*evidence.records[:at], record, *evidence.records[at + 1 :]]
    return replace(evidence, records=tuple(records))


OF_AN_EXPORT: Mapping[str, Bytes] = {
    w.__name__: w for w in (change_byte, change_byte_of_head_or_anchors, delete_line, swap_lines, repeat_line, cut_end)
}
OF_A_LEDGER: Mapping[str, Ledger] = {
    w.__name__: w for w in (change_field, exchange_content, cut_end_with_head, rewrite, unchain, hide_anchors)
}
