"""What a request that can't be read says all the same: who asked, and why. The first question of an audit is who."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from landfall.intake import recorded_requests
from landfall.intake.request import TEXT_LIMIT
from landfall.model import UNKNOWN
from landfall.redaction import LONGEST, Redacts, redacted
from landfall.text import pasted
from landfall.text.later import Later
from landfall.wire import cut

CAME_LIMIT = 400
"""Bytes that are kept of an input that can't be read."""
BY_EVENTBRIDGE = Later(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""How the executions are called that a rule starts: two ids, of the event and of the delivery."""


@dataclass(frozen=True)
class Claims:
    """Who asked, why, and what came. None of it is checked."""

    requested_by: str
    reason: str
    came: str


def read(document: Any, execution_name: str, kinds: Sequence[Redacts]) -> Claims:
    """Return what is to be told of an input that can't be read, redacted and bounded, in that order.

    Who asked may be told by the execution's name alone.
    """
    known = document if isinstance(document, Mapping) else {}
    by = redacted(_legible(known.get("requested_by")), recorded_requests.IDENTITY.kinds)[:TEXT_LIMIT]
    why = redacted(_legible(known.get("reason")), kinds)[:TEXT_LIMIT]
    came = redacted(_legible(json.dumps(document, ensure_ascii=False, default=str)), kinds)
    by_rule = "EventBridge" if BY_EVENTBRIDGE.fullmatch(execution_name) else UNKNOWN
    return Claims(by or by_rule, why, cut(came, CAME_LIMIT))


def _legible(value: Any) -> str:
    """Return a text as one line, without what can't be stored or shown; empty for what is no text."""
    text = pasted.plain(value[:LONGEST]) if isinstance(value, str) else ""
    return "".join(each if pasted.is_text(each) else " " for each in text).strip()
