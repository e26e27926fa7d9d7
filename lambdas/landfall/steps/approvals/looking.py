"""Asks for a sign-off once, and looks at the answers. Every look reads the record, and nothing else decides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from landfall.approval import approval, judgement
from landfall.approval.approval import Approval
from landfall.approval.judgement import Looked
from landfall.errors import StepError
from landfall.model import failed, wait
from landfall.steps.approvals.taking import TRIES, Records
from landfall.steps.open_record import OVER


def ask(key: tuple[str, str], asked: Approval, ledger: Records) -> None:
    """Record that a deployment asks for approval. A replay does not ask again: the first terms and the answers stay.

    `key`: service and deployment id. It is written only if the field is empty: a call with a lost answer may take
    effect after somebody has answered. Raises StepError if the record was closed meanwhile.
    """
    if approval.read(ledger.record(*key)) is not None:
        return
    if ledger.exchange(*key, approval.FIELD, "", approval.written(asked)):
        return
    if approval.read(ledger.record(*key)) is None:
        raise StepError(OVER)


def look(key: tuple[str, str], ledger: Records, now: datetime, poll: int, newer: Callable[[], bool]) -> Looked:
    """Return the result of a look. If the look ends the sign-off, it writes that first, unless an answer was faster.

    `newer`: whether a newer request for the service has arrived.
    """
    for _ in range(TRIES):
        record = ledger.record(*key)
        known = approval.read(record)
        if record is None or known is None:
            none = failed("APPROVAL_UNKNOWN", "the record has no sign-off, so nothing is approved")
            return Looked(approval.UNREADABLE, none)
        looked = judgement.judge(known, now, poll, newer=newer())
        if looked.approval == known:
            return looked
        if ledger.exchange(*key, approval.FIELD, record[approval.FIELD], approval.written(looked.approval)):
            return looked
    return Looked(looked.approval, wait(approval.AWAITED, "answers are being written at this moment", poll))
