"""Reads a request to a function URL. It accepts only a POST whose caller AWS identifies.

Source: Lambda developer guide, function URLs, request payload: `requestContext.http.method`, and with AWS_IAM
`requestContext.authorizer.iam.userArn`. Mail scanners and chat previews open links with GET, so a GET has no effect.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from landfall import naming
from landfall.door import identity
from landfall.door.identity import Identity
from landfall.door.reply import BAD_REQUEST, FORBIDDEN, METHOD_NOT_ALLOWED, Reply
from landfall.redaction import Redacts, redacted
from landfall.text.foreign import line
from landfall.text.lazy_pattern import Later
from landfall.text.shortened import shortened

MOST_BODY = 16 * 1024
"""The most characters of a request's body."""
MOST_REASON = 500
KEYS = frozenset({"service", "deployment", "reason"})
"""The keys that every request may have; a function may accept more."""
_SERVICE = Later(r"[0-9A-Za-z_-]{1,80}")
_DEPLOYMENT = Later(rf"[^\s<>{{}}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]{{1,{naming.DEPLOYMENT_LIMIT}}}")
"""The form of an execution's name (Step Functions API reference, StartExecution), with a time in front."""


@dataclass(frozen=True)
class Signed:
    """A valid request. `who` and `arn` identify the caller, as AWS says; `more` is the rest of the body.

    `reason` is redacted, and one line.
    """

    who: Identity
    arn: str
    service: str
    deployment: str
    reason: str
    more: Mapping[str, Any]


def read(event: Mapping[str, Any], more: frozenset[str] = frozenset(), kinds: Sequence[Redacts] = ()) -> Signed | Reply:
    """Return the request, or the reply that refuses it. A refused request is not recorded.

    `more`: keys that the body may have besides KEYS. `kinds` are redacted in the reason, besides the standard kinds.
    """
    context = _table(event.get("requestContext"))
    if _table(context.get("http")).get("method") != "POST":
        return Reply(METHOD_NOT_ALLOWED, "this URL accepts only a signed POST; use the landfall command")
    arn = _table(_table(context.get("authorizer")).get("iam")).get("userArn")
    who = identity.of(arn)
    if who is None:
        return Reply(FORBIDDEN, "AWS named no role and no user as the caller, so nothing was recorded")
    try:
        body = _body(event)
    except (ValueError, TypeError, RecursionError):
        return Reply(BAD_REQUEST, f"the body is not a JSON object of at most {MOST_BODY} characters")
    if why := _wrong(body, KEYS | more):
        return Reply(BAD_REQUEST, why)
    told = redacted(body.get("reason", ""))
    reason = shortened(line(redacted(told, kinds) if kinds else told).strip(), MOST_REASON)
    return Signed(who, str(arn), body["service"], body["deployment"], reason, body)


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


def _wrong(body: Mapping[str, Any], known: frozenset[str]) -> str:
    """Return what is wrong with a body, with the way out; nothing if it is right."""
    if unknown := sorted(set(body) - known):
        return f"unknown key: {shortened(line(unknown[0]), 80)}; known are {', '.join(sorted(known))}"
    service, deployment = body.get("service"), body.get("deployment")
    if not isinstance(service, str) or not _SERVICE.fullmatch(service):
        return "`service` must be a name of letters, digits, - and _"
    if not isinstance(deployment, str) or not _DEPLOYMENT.fullmatch(deployment) or line(deployment) != deployment:
        return "`deployment` must be a deployment's id, as `landfall history` shows it"
    return "" if isinstance(body.get("reason", ""), str) else "`reason` must be a text"
