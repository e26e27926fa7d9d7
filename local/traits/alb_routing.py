"""Trait: the load balancer sends requests to healthy targets only.

AWS ("Health checks for Application Load Balancer target groups"): requests go to the healthy targets of the
group, in turn; if it has only unhealthy ones, to all of them (it fails open); with none registered the
answer is 503.
Emulator: requests go to any registered target, at random.
Here: as AWS, by the measured health. A draining target is no longer registered, so it gets no new requests.
"""

from __future__ import annotations

import itertools
from typing import Any

from ministack.services import alb

from local.load_balancer.health_checks import BOOK

Target = dict[str, Any]


def apply() -> None:
    """Choose the target before the emulator's own forwarding does."""
    original = alb._forward_to_tg
    turn = itertools.count()

    async def forward(group: str, *request: Any) -> Any:
        record, targets = alb._tgs.get(group), alb._targets.get(group, [])
        if not record or not targets or record.get("TargetType", "instance") == "lambda":
            return await original(group, *request)
        method, path, headers, body, query, raw_query, raw_path = (*request, None, None)[:7]
        able = eligible(group, record, targets)
        target = able[next(turn) % len(able)]
        return await alb._proxy_http_target(target, record, method, raw_path or path, headers, body, query, raw_query)

    alb._forward_to_tg = forward


def eligible(group: str, record: Any, targets: list[Target]) -> list[Target]:
    """Return the healthy targets, or all if none is healthy."""
    default = record.get("Port", 80)
    healthy = [
        target
        for target in targets
        if BOOK.health(group, target["Id"], int(target.get("Port") or default)).state == "healthy"
    ]
    return healthy or targets
