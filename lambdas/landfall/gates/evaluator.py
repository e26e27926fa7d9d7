"""Judges green's traffic beside blue's, look after look and gate after gate: PASS, WAIT or FAIL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from landfall.gates.traffic_series import Evidence, GateWindow, TrafficSeries
from landfall.model import State, Verdict, passed, wait
from landfall.settings.traffic import Traffic

ERRORS_WORSE, LATENCY_WORSE, LOG_ERRORS_WORSE = "ERRORS_WORSE", "LATENCY_WORSE", "LOG_ERRORS_WORSE"
"""FAIL."""
NO_WORSE, NOT_JUDGED = "TRAFFIC_NO_WORSE", "TRAFFIC_NOT_JUDGED"
"""PASS. NOT_JUDGED: a Network Load Balancer, or all comparisons are off. The reason says so."""
TOO_FEW, NOT_SURE, BROKEN = "TOO_FEW_REQUESTS", "TRAFFIC_NOT_SURE", "MEASUREMENT_BROKEN"
"""WAIT. NOT_SURE: enough requests, but green looks worse than blue, and it may be chance."""
LOOK_SECONDS = 30


@dataclass(frozen=True)
class Judged:
    """A verdict on traffic; after a PASS, what goes into the next gate's window; and how many requests are missing.

    A WAIT at the gate's end is for the caller to end. `undecided_is_traffic` says that there were too few requests:
    only then may the setting `undecided` let the release go on. A broken measurement, or doubt about green, never does.
    """

    verdict: Verdict
    evidence: Evidence
    missing: int = 0

    @property
    def undecided_is_traffic(self) -> bool:
        """Say whether the gate waits for requests alone."""
        return self.verdict.state == State.WAIT and self.verdict.code == TOO_FEW


def judge(series: TrafficSeries, gate: GateWindow, settings: Traffic, now: datetime) -> Judged:
    """Judge a gate once. Pure; to be asked again after `verdict.retry_after` seconds while it waits."""
    if series.balancer != "application" or not settings.judges:
        return Judged(passed(NOT_JUDGED, "of the traffic nothing is judged"), gate.evidence)
    settled = [each for each in series.green.minutes if each.start >= gate.began and each.is_settled(now)]
    missing = settings.min_requests - sum(each.requests for each in settled)
    return Judged(wait(TOO_FEW, f"{missing} requests are missing", LOOK_SECONDS), gate.evidence, missing)
