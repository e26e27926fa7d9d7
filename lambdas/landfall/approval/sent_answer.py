"""Reads the answer to a sign-off that somebody sent to its function URL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from landfall.approval.may_answer import Said
from landfall.door import signed
from landfall.door.reply import BAD_REQUEST, Reply
from landfall.redaction import Redacts

_KEYS = frozenset({"answer", "items"})


@dataclass(frozen=True)
class Asked:
    """A valid request: whose answer it is, and to which deployment."""

    service: str
    deployment: str
    said: Said


def read(event: Mapping[str, Any], kinds: Sequence[Redacts] = ()) -> Asked | Reply:
    """Return the answer in a request, or the reply that refuses the request. A refused request is not recorded.

    `kinds` are redacted in the reason, besides the standard kinds.
    """
    found = signed.read(event, _KEYS, kinds)
    if isinstance(found, Reply):
        return found
    if why := _wrong(found.more):
        return Reply(BAD_REQUEST, why)
    items = tuple(dict.fromkeys(found.more.get("items", ())))
    said = Said(found.who, found.arn, found.more["answer"] == "approve", items, found.reason)
    return Asked(found.service, found.deployment, said)


def _wrong(body: Mapping[str, Any]) -> str:
    if body.get("answer") not in ("approve", "reject"):
        return '`answer` must be "approve" or "reject"'
    items = body.get("items", [])
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        return "`items` must be a list of the checklist's items"
    return ""
