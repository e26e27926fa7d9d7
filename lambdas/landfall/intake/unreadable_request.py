"""Finds who made an unreadable request, and why, as far as the request says so. An audit asks first who it was."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from landfall.intake import recorded_requests
from landfall.intake.document import TEXT_LIMIT
from landfall.model import UNKNOWN, Release
from landfall.redaction import LONGEST, Redacts, redacted
from landfall.settings import Settings
from landfall.text import plain_text
from landfall.text.lazy_pattern import Later
from landfall.wire import cut

CAME_LIMIT = 400
"""How many bytes of an unreadable input are kept."""
BY_EVENTBRIDGE = Later(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""The form of the names of executions that a rule starts: the id of the event and the id of the delivery."""


@dataclass(frozen=True)
class Claims:
    """The requester, the reason, and the input. None of it is checked."""

    requested_by: str
    reason: str
    came: str


def read(document: Any, execution_name: str, kinds: Sequence[Redacts]) -> Claims:
    """Return what a record keeps of an unreadable input: first redacted, then cut.

    If the input does not name the requester, the execution's name may.
    """
    known = document if isinstance(document, Mapping) else {}
    by = redacted(_legible(known.get("requested_by")), recorded_requests.IDENTITY.kinds)[:TEXT_LIMIT]
    why = redacted(_legible(known.get("reason")), kinds)[:TEXT_LIMIT]
    came = redacted(_legible(json.dumps(document, ensure_ascii=False, default=str)), kinds)
    by_rule = "EventBridge" if BY_EVENTBRIDGE.fullmatch(execution_name) else UNKNOWN
    return Claims(by or by_rule, why, cut(came, CAME_LIMIT))


def told_of(release: Release, document: Any, settings: Settings) -> Release:
    """Return the release under which an unreadable request is recorded.

    It is recorded under its service if at least that is known, with the requester if the input names one.
    """
    said = read(document, release.execution_arn.rpartition(":")[2], settings.redaction.kinds)
    release = replace(release, requested_by=said.requested_by, reason=said.reason, came=said.came)
    name = document.get("service") if isinstance(document, Mapping) else None
    return replace(release, service=name) if isinstance(name, str) and settings.named(name) else release


def _legible(value: Any) -> str:
    """Return a text as one line that can be stored and shown; empty if the value is not a text."""
    text = plain_text.plain(value[:LONGEST]) if isinstance(value, str) else ""
    return "".join(each if plain_text.is_text(each) else " " for each in text).strip()
