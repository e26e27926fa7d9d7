"""Who made a request that can't be read, and why, as far as it says so. The first question of an audit is who."""

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
"""Bytes that are kept of an input that can't be read."""
BY_EVENTBRIDGE = Later(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""The names of executions that a rule starts: the id of the event and the id of the delivery."""


@dataclass(frozen=True)
class Claims:
    """Who asked, why, and what came. None of it is checked."""

    requested_by: str
    reason: str
    came: str


def read(document: Any, execution_name: str, kinds: Sequence[Redacts]) -> Claims:
    """Return what a record keeps of an input that can't be read: first redacted, then cut.

    Where the input does not say who asked, the execution's name may.
    """
    known = document if isinstance(document, Mapping) else {}
    by = redacted(_legible(known.get("requested_by")), recorded_requests.IDENTITY.kinds)[:TEXT_LIMIT]
    why = redacted(_legible(known.get("reason")), kinds)[:TEXT_LIMIT]
    came = redacted(_legible(json.dumps(document, ensure_ascii=False, default=str)), kinds)
    by_rule = "EventBridge" if BY_EVENTBRIDGE.fullmatch(execution_name) else UNKNOWN
    return Claims(by or by_rule, why, cut(came, CAME_LIMIT))


def told_of(release: Release, document: Any, settings: Settings) -> Release:
    """Return the release that a request which can't be read is recorded as.

    It stands under its service where at least that is known, and says who asked as far as the input tells.
    """
    said = read(document, release.execution_arn.rpartition(":")[2], settings.redaction.kinds)
    release = replace(release, requested_by=said.requested_by, reason=said.reason, came=said.came)
    name = document.get("service") if isinstance(document, Mapping) else None
    return replace(release, service=name) if isinstance(name, str) and settings.named(name) else release


def _legible(value: Any) -> str:
    """Return a text as one line, without what can't be stored or shown; empty for what is no text."""
    text = plain_text.plain(value[:LONGEST]) if isinstance(value, str) else ""
    return "".join(each if plain_text.is_text(each) else " " for each in text).strip()
