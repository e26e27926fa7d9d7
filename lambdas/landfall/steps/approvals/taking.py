"""Takes one answer to a sign-off: reads the record, decides, and writes what changed unless somebody was faster."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from landfall.abort import aborted
from landfall.approval import approval
from landfall.approval.may_answer import Heard, answered
from landfall.approval.sent_answer import Asked
from landfall.chain import Record
from landfall.door.reply import CONFLICT, FORBIDDEN, NOT_FOUND, TRY_AGAIN

TRIES = 5
"""A try fails if another answer, or a look, is written first."""


class Records(Protocol):
    """The part of the ledger that is needed."""

    def record(self, service: str, deployment_id: str) -> Record | None:
        """Return a record, read consistently."""

    def exchange(self, service: str, deployment_id: str, field: str, before: str, after: str) -> bool:
        """Replace a field of an open record if its value is still `before`; an empty `before` means no value yet."""


def take(asked: Asked, ledger: Records, now: datetime) -> Heard:
    """Return the reply to an answer. If its status is below 300, the answer was written first."""
    tried: tuple[str, Heard] | None = None
    for _ in range(TRIES):
        record = ledger.record(asked.service, asked.deployment)
        known = approval.read(record)
        if record is None or known is None:
            return Heard(NOT_FOUND, f"{asked.service} has no deployment {asked.deployment} that asks for approval")
        if tried and record[approval.FIELD] == tried[0]:
            return tried[1]  # the answer was written, but DynamoDB's reply was lost
        reply = answered(known, asked.said, now)
        stopped = aborted.read(record)
        if stopped and "outcome" not in record and reply.status != FORBIDDEN:
            return Heard(CONFLICT, f"{aborted.told(stopped)}; the deployment no longer waits for an answer")
        if reply.approval is None:
            return reply
        if "outcome" in record:
            return Heard(CONFLICT, f"the deployment is over: {record['outcome']}; release again")
        before, after = record[approval.FIELD], approval.written(reply.approval)
        if ledger.exchange(asked.service, asked.deployment, approval.FIELD, before, after):
            return reply
        tried = after, reply
    return Heard(TRY_AGAIN, "other answers were written meanwhile; this one was not: send it again")
