"""The document that an execution of the deployment machine starts with: its fields, and the ones that Landfall writes.

People and programs may write it too; request.py reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from landfall.errors import InvalidRequest
from landfall.model import Intent
from landfall.text import plain_text
from landfall.text.lazy_pattern import Later
from landfall.text.shortened import shortened

KEYS = (
    "service",
    "image_tag",
    "image_digest",
    "intent",
    "deployment_id",
    "pushed_at",
    "reason",
    "requested_by",
    "cross_migration",
    "drill",
)
DRILLS = ("back", "forward")
"""The values of `drill`: which way a drill's deployment goes. Only `landfall drill` and the schedule set it."""
CROSSES = "true"
"""The value of `cross_migration` that lets a rollback cross a migration that is not backward compatible."""
WORDS = ("reason", "requested_by")
"""The fields that people write and paste. Invisible characters are removed from them (pasted.py)."""
TEXT_LIMIT = 200
"""The most characters of a field: fields are stored and sent on."""
TIME = Later(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
EARLIEST = "2000"
SHOWN = 80
"""The most characters of a value that a message repeats."""

Document = dict[str, str]


def asker(identity: str) -> str:
    """Return the end of a caller's ARN that fits into a field: the end says who it is."""
    return identity[-TEXT_LIMIT:]


def of_release(service: str, tag: str, digest: str, *, requested_by: str, reason: str, pushed_at: str = "") -> Document:
    """Return the document that asks for the deployment of an image.

    With `pushed_at` it stands for a push whose event was lost: a newer push overtakes it.
    """
    image = {"image_tag": tag, "image_digest": digest}
    pushed = {"pushed_at": pushed_at} if pushed_at else {}
    return {"service": service, **image, **pushed, "requested_by": requested_by, "reason": reason}


def of_rollback(
    service: str,
    digest: str,
    deployment_id: str,
    *,
    requested_by: str,
    reason: str,
    crosses: bool = False,
    drill: str = "",
) -> Document:
    """Return the document that asks to go back to an image that a deployment proved."""
    return {
        "service": service,
        "image_digest": digest,
        "deployment_id": deployment_id,
        "intent": Intent.ROLLBACK.value,
        "requested_by": requested_by,
        "reason": reason,
        **({"cross_migration": CROSSES} if crosses else {}),
        **({"drill": drill} if drill else {}),
    }


def of_recovery(service: str, deployment_id: str, *, requested_by: str, reason: str) -> Document:
    """Return the document that asks for the recovery of a deployment whose execution is gone."""
    return {
        "service": service,
        "intent": Intent.RECOVER.value,
        "deployment_id": deployment_id,
        "reason": reason,
        "requested_by": requested_by,
    }


def checked(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document with its words as they were typed.

    Raises InvalidRequest for an unknown field or an invalid value.
    """
    typed = {**document, **{k: plain_text.typed(document[k]) for k in WORDS if isinstance(document.get(k), str)}}
    for key in typed:
        if key not in KEYS:
            raise InvalidRequest("UNKNOWN_FIELD", f"field {shown(key)} is unknown; known are {', '.join(KEYS)}")
    for key, value in typed.items():
        if not isinstance(value, str):
            raise InvalidRequest("BAD_FIELD", f"{key} is {shown(value)}; it must be text")
        if len(value) > TEXT_LIMIT:
            raise InvalidRequest("BAD_FIELD", f"{key} has {len(value)} characters; {TEXT_LIMIT} is the most")
        if not (plain_text.is_text(value) if key in WORDS else value.isprintable()):
            raise InvalidRequest("BAD_FIELD", f"{key} is {shown(value)}; leave line breaks and control characters out")
    if "pushed_at" in typed and not is_time(typed["pushed_at"]):
        why = "it must be a time in UTC such as 2026-01-31T12:00:00Z; leave it out unless a push was lost"
        raise InvalidRequest("BAD_FIELD", f"pushed_at is {shown(typed['pushed_at'])}; {why}")
    return typed


def is_time(text: str) -> bool:
    """Say whether a text is a valid time in the format of AWS's events, and from this age."""
    if not TIME.fullmatch(text) or text < EARLIEST:
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def shown(value: Any) -> str:
    """Return a value in the form for a message."""
    return shortened(repr(value), SHOWN)
