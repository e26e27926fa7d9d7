"""Judges green by what both sides logged, beside their traffic or alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from landfall.gates import log_minutes, saying, weighing
from landfall.gates.traffic_series import GateWindow, TrafficSeries, at_weight, settled
from landfall.gates.weighing import Weighed
from landfall.model import State
from landfall.settings.traffic import Traffic

NOT_JUDGED = "TRAFFIC_NOT_JUDGED"
"""PASS: behind a Network Load Balancer, or if all comparisons of traffic are off. The reason says which."""
NOT_SURE, NO_LOGS = "TRAFFIC_NOT_SURE", "LOGS_SILENT"
"""WAIT. NOT_SURE: there are enough requests or lines, and green looks worse than blue, but it may be chance. NO_LOGS:
green logged nothing where blue would have logged many lines. Like too few requests, that is not enough to tell.
"""


@dataclass(frozen=True)
class LogLook:
    """The evidence in both sides' logs (empty if they are not read), and a text if green is silent (else empty)."""

    found: tuple[Weighed, ...] = ()
    silent: str = ""

    def alone(self, why: str, least: int) -> tuple[State, str, Callable[[], str]]:
        """Decide by the logs alone, if the traffic can't be judged; `why` says why not."""
        proof = next((each for each in self.found if each.is_proof), None)
        if proof:
            return State.FAIL, proof.code, proof.reason
        doubts = [each for each in self.found if each.is_doubt(least)]
        if doubts:
            return State.WAIT, NOT_SURE, lambda: saying.doubtful([each.reason() for each in doubts])
        if self.silent:
            return State.WAIT, NO_LOGS, lambda: self.silent
        return State.PASS, NOT_JUDGED, lambda: "; ".join((why, *(each.reason() for each in self.found)))


def look(series: TrafficSeries, gate: GateWindow, settings: Traffic, now: datetime) -> LogLook:
    """Look at both sides' logs once."""
    blue, green = series.blue_logs, series.green_logs
    if not (settings.log_errors and blue and green):
        return LogLook()
    weighed = weighing.of_logs((settled(blue, now), at_weight(green, gate, now)), settings, gate.evidence)
    return LogLook((weighed,), log_minutes.silent(blue, green, gate, now))
