"""Traffic of both sides at a gate, for tests of the evaluator."""

from __future__ import annotations

from datetime import timedelta

from landfall.gates import evaluator
from landfall.gates.evaluator import Judged
from landfall.gates.traffic_series import BAKE, Evidence, GateWindow, Minute, Side, TrafficSeries
from landfall.settings.traffic import Traffic
from tests.support import builders as b

BEGAN = b.NOW.replace(second=0, microsecond=0)
MINUTE = timedelta(minutes=1)
NONE: tuple[Minute, ...] = ()


def minutes(first: int, count: int, requests: int, errors: int = 0, p95: float = 0.3) -> tuple[Minute, ...]:
    """Return minutes that are alike, `first` minutes after the gate began."""
    return tuple(Minute(BEGAN + n * MINUTE, requests, errors, p95 / 3, p95) for n in range(first, first + count))


def judged(
    blue: tuple[Minute, ...],
    green: tuple[Minute, ...],
    *,
    after: int = 12,
    stage: str = "PRE_PRODUCTION_TRAFFIC_SHIFT",
    left: Evidence | None = None,
    settings: Traffic | None = None,
    answered: bool = True,
    balancer: str = "application",
    logs: tuple[tuple[Minute, ...], tuple[Minute, ...]] | None = None,
) -> Judged:
    """Judge a gate so many minutes after it began. Blue has nine tenths of the traffic, and none at the bake."""
    of_blue = 0 if stage == BAKE else 90
    since = BEGAN if answered else None
    series = TrafficSeries(
        Side("blue", blue, of_blue, since, "TargetGroup blue"),
        Side("green", green, 100 - of_blue, since, "TargetGroup green"),
        Side("blue", logs[0]) if logs else None,
        Side("green", logs[1]) if logs else None,
        balancer,
    )
    window = GateWindow(stage, 100 - of_blue, BEGAN, BEGAN + 15 * MINUTE, left or Evidence())
    return evaluator.judge(series, window, settings or Traffic(), BEGAN + after * MINUTE)


HOUR = minutes(-60, 70, 900)
