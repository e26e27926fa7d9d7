"""Pictures of a service that are not whole, or not of now, as DescribeServices may show them for a moment.

ECS is eventually consistent (Amazon ECS API reference, DescribeServices and RunTask). What a half picture lacks is what
public reports told of: a list of deployments that was empty, a count of tasks that was 0.
"""

from __future__ import annotations

import json
from typing import Any

from local.faults.planned import Kind

DESCRIBE, UPDATE = "ecs:DescribeServices", "ecs:UpdateService"
LACKING: dict[Kind, dict[str, Any]] = {Kind.EMPTY: {"deployments": []}, Kind.ZERO: {"desiredCount": 0}}
"""What a service's answer says instead of the truth."""


def half(kind: Kind, body: bytes) -> bytes:
    """Return DescribeServices' answer without what this kind takes away."""
    told = json.loads(body)
    return json.dumps({**told, "services": [{**s, **LACKING[kind]} for s in told.get("services", [])]}).encode()
