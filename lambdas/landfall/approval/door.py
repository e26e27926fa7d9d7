"""Reads a request to the function URL: only a POST whose caller AWS names can answer a sign-off.

Source: Lambda developer guide, function URLs, request payload: `requestContext.http.method`, and with AWS_IAM
`requestContext.authorizer.iam.userArn`. Mail scanners and chat previews open links with GET, so GET never answers.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from landfall.approval import identity
from landfall.approval.answering import BAD_REQUEST, FORBIDDEN, Reply, Said
from landfall.redaction import Redacts, redacted
from landfall.text.foreign import line
from landfall.text.lazy_pattern import Later
from landfall.text.shortened import shortened

METHOD_NOT_ALLOWED = 405
MOST_BODY = 16 * 1024
"""Characters of a request's body."""
MOST_REASON = 500
_KEYS = frozenset({"service", "deployment", "answer", "items", "reason"})
_NAME = Later(r"[0-9A-Za-z_-]{1,80}")
"""A deployment's id is its execution's name."""


@dataclass(frozen=True)
class Asked:
    """A request that may be looked up: whose answer, to which deployment."""

    service: str
    deployment: str
    said: Said


def read(event: Mapping[str, Any], kinds: Sequence[Redacts] = ()) -> Asked | Reply:
    """Return what a request asks, or the reply that turns it away. Nothing is recorded of the latter.

    `kinds` of data are taken out of the reason, besides the standard ones.
    """
    context = _table(event.get("requestContext"))
    if _table(context.get("http")).get("method") != "POST":
        return Reply(METHOD_NOT_ALLOWED, "only a signed POST answers; use `landfall approve` or `landfall reject`")
    arn = _table(_table(context.get("authorizer")).get("iam")).get("userArn")
    who = identity.of(arn)
    if who is None:
        return Reply(FORBIDDEN, "AWS named no role and no user as the caller, so nothing was recorded")
    try:
        body = _body(event)
    except (binascii.Error, ValueError, TypeError, RecursionError):
        return Reply(BAD_REQUEST, f"the body is no JSON object of at most {MOST_BODY} characters")
    if why := _wrong(body):
        return Reply(BAD_REQUEST, why)
    told = redacted(body.get("reason", ""))
    reason = shortened(line(redacted(told, kinds) if kinds else told), MOST_REASON)
    said = Said(who, str(arn), body["answer"] == "approve", tuple(dict.fromkeys(body.get("items", ()))), reason)
    return Asked(body["service"], body["deployment"], said)


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _body(event: Mapping[str, Any]) -> dict[str, Any]:
    text = event.get("body") or ""
    if event.get("isBase64Encoded"):
        text = base64.b64decode(text, validate=True).decode()
    if len(text) > MOST_BODY:
        raise ValueError
    body = json.loads(text)
    if not isinstance(body, dict):
        raise TypeError
    return body


def _wrong(body: Mapping[str, Any]) -> str:
    """Return what is wrong with a body, with the way out; nothing if it is right."""
    if unknown := sorted(set(body) - _KEYS):
        return f"unknown key: {shortened(line(unknown[0]), 80)}; known are {', '.join(sorted(_KEYS))}"
    for key in ("service", "deployment"):
        if not isinstance(body.get(key), str) or not _NAME.fullmatch(body[key]):
            return f"`{key}` must be a name of letters, digits, - and _"
    if body.get("answer") not in ("approve", "reject"):
        return '`answer` must be "approve" or "reject"'
    items = body.get("items", [])
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        return "`items` must be a list of the checklist's items"
    return "" if isinstance(body.get("reason", ""), str) else "`reason` must be a text"
