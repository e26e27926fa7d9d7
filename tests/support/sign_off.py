"""Answers to a sign-off, as the function behind the URL gets them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from landfall.approval import sent_answer
from landfall.door.reply import Reply
from landfall.steps.approvals.taking import Records, take
from tests.support import builders as b

RELEASE = b.release()
OWN = ("aws", "123456789012")
"""Landfall's partition and account."""


def event(role: str, answer: str = "approve", **changes: Any) -> dict[str, Any]:
    """Return what the function gets from a session of a role."""
    arn = f"arn:aws:sts::123456789012:assumed-role/{role}/s1"
    body = {"service": RELEASE.service, "deployment": RELEASE.deployment_id, "answer": answer, "items": ["backup"]}
    context = {"http": {"method": "POST"}, "authorizer": {"iam": {"userArn": arn}}}
    return {"requestContext": context, "body": json.dumps(body | changes)}


def taken(sent: dict[str, Any], ledger: Records, now: datetime) -> Reply:
    """Return the reply to what the function gets."""
    asked = sent_answer.read(sent)
    return asked if isinstance(asked, Reply) else take(asked, ledger, now)
