"""What the function of Abort gets."""

from __future__ import annotations

import json
from typing import Any

from landfall.model import Release

WHO = "arn:aws:iam::123456789012:role/OnCall"


def request(release: Release, role: str = "OnCall") -> dict[str, Any]:
    """Return what the function gets from a session of a role that aborts."""
    arn = f"arn:aws:sts::123456789012:assumed-role/{role}/s1"
    body = {"service": release.service, "deployment": release.deployment_id, "reason": "wrong colour"}
    context = {"http": {"method": "POST"}, "authorizer": {"iam": {"userArn": arn}}}
    return {"requestContext": context, "body": json.dumps(body)}
