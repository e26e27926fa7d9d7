"""What is recorded of an abort: who asked for it, when and why.

It stands as JSON in the field `abort` of the ledger record, which the record's hash covers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from landfall.wire import stored

FIELD = "abort"
"""The field of the ledger record."""


@dataclass(frozen=True)
class Aborted:
    """Who had a deployment's execution stopped. It says what was asked; the outcome says what became of it.

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
    """Return a record's abort; None where nobody aborted it. What can't be read was changed by hand."""
    text = (record or {}).get(FIELD)
    return None if text is None else stored(Aborted, text) or UNREADABLE


def told(aborted: Aborted) -> str:
    """Say who aborted a deployment, when and why."""
    at = f" at {aborted.at}" if aborted.at else ""
    return f"aborted by {aborted.who}{at}{f': {aborted.reason}' if aborted.reason else ''}"


def full(aborted: Aborted | None) -> tuple[tuple[str, str], ...]:
    """Return all that is recorded of an abort, with its label; nothing where nobody aborted it."""
    if aborted is None:
        return ()
    return (("abort", f"{told(aborted)}{f' (as {aborted.arn})' if aborted.arn else ''}"),)
