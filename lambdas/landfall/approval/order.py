"""Decides which newer requests replace a release that waits for a sign-off before the update.

An older release that is approved late must not go live over a newer one (MicrosoftDocs/azure-devops-docs#8662).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from landfall.approval import approval
from landfall.approval.approval import ApprovalStage
from landfall.intake import turn
from landfall.intake.turn import Waiting
from landfall.model import UNTOUCHED, Outcome

Record = Mapping[str, Any]


def newer(mine: Waiting, records: Iterable[Record]) -> str:
    """Return a newer request, which ends the wait for people; empty if there is none.

    A refused request does not count.
    """
    return next((r["deployment_id"] for r in _later(mine, records) if r.get("outcome") != Outcome.REJECTED), "")


def ahead(mine: Waiting, records: Iterable[Record]) -> str:
    """Return a newer request that has changed the service, or has been approved; empty if there is none."""
    return next((r["deployment_id"] for r in _later(mine, records) if _goes_ahead(r)), "")


def _goes_ahead(record: Record) -> bool:
    if "outcome" in record:
        return record["outcome"] not in UNTOUCHED
    known = approval.read(record)
    return "progress" in record or (known is not None and known.stage == ApprovalStage.APPROVED)


def _later(mine: Waiting, records: Iterable[Record]) -> Iterator[Record]:
    for record in records:
        found = turn.recorded([record])
        if found and found[0].deployment_id != mine.deployment_id and found[0].order > mine.order:
            yield record
