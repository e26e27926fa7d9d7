"""Makes incomplete or stale answers about a service, as DescribeServices may give them for a moment.

ECS is eventually consistent (Amazon ECS API reference, DescribeServices and RunTask). The missing parts are those of
public reports: an empty list of deployments, a task count of 0.
"""

from __future__ import annotations

import json
from typing import Any

from local.faults.planned import Kind

DESCRIBE, UPDATE = "ecs:DescribeServices", "ecs:UpdateService"
LACKING: dict[Kind, dict[str, Any]] = {Kind.EMPTY: {"deployments": []}, Kind.ZERO: {"desiredCount": 0}}
"""What the answer says instead of the truth."""


def half(kind: Kind, body: bytes) -> bytes:
    """Return DescribeServices' answer without the part that this kind removes."""
    told = json.loads(body)
    return json.dumps({**told, "services": [{**s, **LACKING[kind]} for s in told.get("services", [])]}).encode()
