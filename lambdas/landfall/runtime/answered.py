"""The wrapper around a function with a URL: an HTTP request in, a status and a sentence out.

Source: Lambda developer guide, function URLs, response payload format.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from landfall.door.reply import METHOD_NOT_ALLOWED, Reply
from landfall.redaction import standard
from landfall.runtime import safe_errors
from landfall.runtime.step import Handler, logger
from landfall.runtime.world import World

HEADERS = {"content-type": "application/json", "cache-control": "no-store"}


def answered(run: Callable[[Mapping[str, Any], World], Reply]) -> Handler:
    """Make a Lambda handler of `run`. If it fails, Lambda answers 502 without a reason, and an alarm goes off."""
    world = World()

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        logger.append_keys(step=getattr(context, "function_name", ""))
        try:
            reply = run(event, world)
        except Exception as error:
            wrong = error
        else:
            logger.info("answered", extra={"status": reply.status, "told": reply.message})
            return _response(reply)
        raise safe_errors.safe(wrong, standard())

    return handler


def _response(reply: Reply) -> dict[str, Any]:
    allow = {"allow": "POST"} if reply.status == METHOD_NOT_ALLOWED else {}
    body = json.dumps({"status": reply.status, "message": reply.message})
    return {"statusCode": reply.status, "headers": {**HEADERS, **allow}, "body": body}
