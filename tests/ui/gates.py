"""Gates of a canary deployment, as the record keeps them: for the story's pictures, and for tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from landfall.gates.comparison import Difference
from landfall.gates.gate_log import NotedGate

DIFFERENCES = (
    Difference("latency", "GET /records latency", "41 ms", "68 ms", worse=True),
    Difference("security_headers", "GET /version x-content-type-options", "absent", "present", worse=False),
    Difference("status", "GET /records/search", "404", "200", worse=False),
)
_STAGES = {"before_traffic": "POST_TEST", "shift": "PRE_PRODUCTION", "bake": "POST_PRODUCTION"}
_SAID = {
    "before_traffic": "8 requests to blue and green side by side: GET /records latency: blue 41 ms, green 68 ms",
    "shift": "green is no worse than blue: 5xx answers 1 of 1,204 (0.08 %), blue 9 of 10,977 (0.08 %)",
    "bake": "green is no worse than blue: 5xx answers 3 of 6,310 (0.05 %), blue 0 of 0; 100 % of production traffic",
}
SERVICE_DEPLOYMENT = "arn:aws:ecs:eu-west-1:123456789012:service-deployment/landfall/records-api/7Qd2"


def gate(name: str, number: int, weight: float, began: datetime, seconds: int, **more: Any) -> NotedGate:
    """Return a gate that passed after so many seconds."""
    over = began + timedelta(seconds=seconds)
    known: dict[str, Any] = {
        "code": "NO_WORSE",
        "state": "PASS",
        "reason": _SAID[name],
        "looks": max(1, seconds // 30),
        "continue_asked_at": over.isoformat(),
        **more,
    }
    return NotedGate(
        service_deployment=SERVICE_DEPLOYMENT,
        hook=f"ecs-pause-{number}",
        gate=name,
        stage=f"{_STAGES[name]}_TRAFFIC_SHIFT",
        began=began.isoformat(),
        ends=(began + timedelta(seconds=900)).isoformat(),
        weight=weight,
        seen_at=over.isoformat(),
        **known,
    )


def passed(began: datetime) -> tuple[NotedGate, ...]:
    """Return the gates of a canary that landed; somebody else continued one of them."""
    minute = timedelta(minutes=1)
    return (
        gate("before_traffic", 1, 0.0, began, 14, differences=DIFFERENCES),
        gate("shift", 2, 0.0, began + minute, 2, reason="users do not reach the new tasks yet: nothing to judge"),
        gate("shift", 3, 10.0, began + 2 * minute, 240, continue_asked_at="", left_at=(began + 6 * minute).isoformat()),
        gate("bake", 4, 100.0, began + 7 * minute, 300),
    )


def waiting(began: datetime, now: datetime) -> tuple[NotedGate, ...]:
    """Return the gates of a canary that waits at its second shift."""
    at = gate("shift", 3, 10.0, now - timedelta(seconds=160), 150, state="WAIT", code="TOO_FEW", continue_asked_at="")
    said = "not enough to tell: 214 requests to green at this weight in 2 whole minutes; about 480 more are needed"
    return (*passed(began)[:2], replace(at, reason=said))
