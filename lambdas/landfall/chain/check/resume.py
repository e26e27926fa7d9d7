"""Continues an earlier check: what to remember of it, and whether later records extend the verified ones.

Such a check never reports a finding. It says that the records from the remembered one on are whole, or why it can't say
so: then a check of everything decides. A gap may come from a wrong clock as well as from a record that somebody
removed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from landfall import chain
from landfall.chain import HASH, SIGNATURE, Anchor, Record
from landfall.chain.check import shelf
from landfall.chain.check.kept_evidence import Kept
from landfall.chain.check.verification import Verified
from landfall.chain.signature import is_signed

MOST = 100
"""How many records may be pending, and how many ahead. With more, the next check reads everything."""


@dataclass(frozen=True)
class Point:
    """The newest verified record of a service that is signed and anchored, and what was known of other records then.

    `after`: of the records whose ids are not greater, all but `pending` were verified. `ahead` were verified, and have
    greater ids. `key`: the fingerprint of the key that signed. `whole`: when all records were read last.
    """

    sequence: int
    hash: str
    signature: str
    key: str
    deployment_id: str
    after: str
    pending: list[str]
    ahead: list[str]
    whole: str

    def anchor(self, service: str) -> str:
        """Return the name of the record's anchor."""
        return Anchor(service, self.sequence, self.hash).key


def point_of(kept: Kept, whole: str, earlier: Point | None = None) -> Point | None:
    """Return the point from which the next check of a service without findings continues; None if there is none.

    `earlier` is the point from which this check began.
    """
    last = kept.shelf.vouched()
    if last is None:
        return None
    hash_, signature = json.loads(last.hash), json.loads(last.signature)
    after = max(last.deployment_id, earlier.after if earlier else "")
    pending = kept.shelf.pending(after, last.number, MOST + 1)
    known = [id_ for id_ in earlier.ahead if id_ > after] if earlier else []
    ahead = sorted({*known, *kept.shelf.ahead(after, last.number, MOST + 1)})
    key = next((key.fingerprint for key in kept.keys if key.signed(hash_, signature)), "")
    if max(len(pending), len(ahead)) > MOST:
        return None
    return Point(last.number, hash_, signature, key, last.deployment_id, after, pending, ahead, whole)


def differs(point: Point, record: Record | None, kept: Kept) -> str:
    """Say why a record is not the one that was verified; "" if it is."""
    if record is None:
        return f"record {point.sequence} ({point.deployment_id}) is gone"
    if (chain.number(record), record.get(HASH), record.get(SIGNATURE)) != (point.sequence, point.hash, point.signature):
        return f"record {point.sequence} ({point.deployment_id}) is not the one that was verified"
    if not is_signed(record, [key for key in kept.keys if key.fingerprint == point.key]):
        return f"record {point.sequence} ({point.deployment_id}) is not signed by the key {point.key[:16]}…"
    return ""


def strange(point: Point, kept: Kept, told: Verified) -> str:
    """Say what in the later records needs a check of everything; "" if they extend the verified ones."""
    if told.findings:
        return f"{told.findings[0].code}: {told.findings[0].what}"
    if told.before:
        return "a closed record without a place in the chain has appeared"
    if not kept.first or kept.first.number != point.sequence:
        return "a record with an earlier number has appeared"
    return ""


def cut_short(kept: Kept) -> int:
    """After an interruption, leave out HEAD and the records after the first gap.

    Return the number of the last record that is left.
    """
    last = max(kept.since, 1) - 1
    for stub in kept.shelf.stubs(shelf.ORDERED):
        if stub.number > last + 1:
            break
        last = stub.number
    kept.shelf.cut_after(last)
    kept.heads = None
    return last
