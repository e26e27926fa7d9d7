"""Decides whether CloudWatch measures a side at all: missing numbers are not the same as no traffic."""

from __future__ import annotations

from datetime import datetime

from landfall.gates.traffic_series import MINUTE, SETTLED, GateWindow, Side, TrafficSeries


def broken(series: TrafficSeries, gate: GateWindow, now: datetime) -> str | None:
    """Say which side is not measured: it has live weight and answers our own requests, but has no RequestCount.

    Such a gate never passes (juspay/hyperswitch-helm#308: empty ids in the queries, so nothing was ever compared).
    """
    for name, side in (("blue", series.blue), ("green", series.green)):
        if _is_silent(side, gate, now):
            return (
                f"the measurement of {name} is broken: it has {side.weight} % of the traffic and answers our own"
                f" requests, but CloudWatch has no RequestCount for {side.dimensions or side.target_group}"
            )
    return None


def _is_silent(side: Side, gate: GateWindow, now: datetime) -> bool:
    if side.weight == 0 or side.answered_since is None:
        return False
    since = max(side.answered_since, gate.began)
    due = since + MINUTE + SETTLED
    return now >= due and not any(each.start + MINUTE > since for each in side.minutes)
