"""The record of an abort: who asked for it, when and why.

It is kept as JSON in the field `abort` of the ledger record; the record's hash covers it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from landfall.model import Outcome
from landfall.wire import stored

FIELD = "abort"
"""The field of the ledger record."""
TOO_LATE = frozenset({Outcome.SUCCEEDED, Outcome.NO_CHANGE, Outcome.SKIPPED})
"""Outcomes of a deployment that ended by itself although somebody asked to abort it."""


@dataclass(frozen=True)
class Aborted:
    """A request to abort a deployment. The outcome of the deployment says whether it came in time.

    `who`: the identity; `arn`: the caller's ARN as AWS gave it, with its session's name; `at`: ISO 8601 in UTC.
    """

    who: str
    arn: str
    at: str
    reason: str = ""


UNREADABLE = Aborted("UNKNOWN: the record of the abort can't be read", "", "")


def written(aborted: Aborted) -> str:
    """Return the text that the record holds."""
    return json.dumps(asdict(aborted))


def read(record: Mapping[str, Any] | None) -> Aborted | None:
    """Return a record's abort; None if nobody aborted it. An unreadable field was changed by hand."""
    text = (record or {}).get(FIELD)
    return None if text is None else stored(Aborted, text) or UNREADABLE


def told(aborted: Aborted, *, stopped: bool = True) -> str:
    """Say who aborted a deployment, when and why; or, if the abort stopped nothing, who asked for it."""
    word, at = "aborted" if stopped else "an abort was asked for", f" at {aborted.at}" if aborted.at else ""
    return f"{word} by {aborted.who}{at}{f': {aborted.reason}' if aborted.reason else ''}"


def ended(aborted: Aborted, outcome: str) -> str:
    """Say who aborted a deployment, and whether that came too late. `outcome` is empty while it is under way."""
    late = outcome in TOO_LATE
    return f"{told(aborted, stopped=not late)}{f'; too late: it ended as {outcome}' if late else ''}"


def full(aborted: Aborted | None, outcome: str = "") -> tuple[tuple[str, str], ...]:
    """Return the whole record of an abort, with its label; empty if nobody aborted the deployment."""
    if aborted is None:
        return ()
    return (("abort", f"{ended(aborted, outcome)}{f' (as {aborted.arn})' if aborted.arn else ''}"),)
