"""How a service stands by its ledger: which deployment changed it last, and which revisions that may have left live."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from landfall.model import PROVEN, Outcome

NOTHING_DONE = (Outcome.REJECTED, Outcome.SKIPPED)
"""Outcomes of deployments that touched nothing: what was true before them still is."""
SEARCHED = 200
"""Records that are looked through, newest first, and more only where none of them changed anything."""
Record = dict[str, Any]


def changed(record: Record) -> bool:
    """Say whether a deployment is over and may have changed the service.

    What a recovery recorded of a success it only heard of names no revision, and tells nothing.
    """
    nothing = record.get("outcome") in NOTHING_DONE
    heard_of = record.get("outcome") in PROVEN and not record.get("task_definition")
    return bool(record.get("outcome")) and not nothing and not heard_of


def last_change(known: Iterable[Record]) -> Record | None:
    """Return the deployment that changed the service last. One that began earlier may have ended later."""
    return max(filter(changed, known), key=lambda r: str(r.get("ended_at", "")), default=None)


def left_by(record: Record) -> frozenset[str]:
    """Return the revisions that a deployment may have left live: one, unless its way back failed.

    None where somebody else deployed over it: that was no deployment of ours.
    """
    outcome, restored = record["outcome"], str(record.get("restored_to") or "")
    release, before = str(record.get("task_definition") or ""), str(record.get("baseline_task_definition") or "")
    if outcome in PROVEN:
        return frozenset({release})
    if outcome == Outcome.ROLLED_BACK:
        return frozenset({restored})
    return frozenset() if outcome == Outcome.SUPERSEDED else frozenset({release, restored, before} - {""})


def recent(newest_first: Iterator[Record]) -> list[Record]:
    """Return a service's newest records, the one that changed it last among them, however many were refused since."""
    found = list(islice(newest_first, SEARCHED))
    if not any(map(changed, found)):
        for record in newest_first:
            found.append(record)
            if changed(record):
                break
    return found
