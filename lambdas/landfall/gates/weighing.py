"""Weighs the evidence of each comparison that the settings ask for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from landfall.gates import evidence, saying
from landfall.gates.sides import Errors, Latency, is_timed
from landfall.gates.traffic_series import Evidence, Minute
from landfall.settings.traffic import Traffic

ERRORS_WORSE, LATENCY_WORSE, LOG_ERRORS_WORSE = "ERRORS_WORSE", "LATENCY_WORSE", "LOG_ERRORS_WORSE"
DOUBT = 0.0
"""The logarithm of evidence above which green is likelier worse than not."""


COLD_MINUTES = 2
"""Green's latency in its first minutes with traffic doesn't count: it loads and connects (kortix-ai/suna#3408)."""


@dataclass(frozen=True)
class Weighed:
    """The evidence that green is worse in one way, what proves it, and how people are told.

    `missing`: how many requests without an error it takes at least until green is known to be no worse. `judged`: it is
    held up by what is not known yet.
    """

    score: float
    bar: float
    code: str
    reason: str
    missing: int = 0
    judged: bool = True

    @property
    def is_proof(self) -> bool:
        """Say whether green is worse."""
        return self.score > self.bar

    @property
    def is_doubt(self) -> bool:
        """Say whether green looks worse, though it may be chance."""
        return self.score > DOUBT

    @property
    def is_sure(self) -> bool:
        """Say whether green is no worse."""
        return not self.judged or self.score <= evidence.SURE


Sides = tuple[Sequence[Minute], Sequence[Minute]]
"""Blue's minutes, and green's at this gate's weight."""


def of_errors(sides: Sides, settings: Traffic, before: Evidence) -> Weighed:
    """Weigh the 5xx answers."""
    blue, green = sides
    rule = Errors(blue, settings.errors_times, settings.errors_points, evidence.BURSTS)
    score = evidence.added(before.errors, map(rule.ratio, green), before.minutes + 1)
    reason = saying.errors("5xx answers", green, blue, rule.rates.worse)
    return Weighed(score, evidence.BAR, ERRORS_WORSE, reason, _missing(score, rule))


def of_logs(sides: Sides, settings: Traffic, before: Evidence) -> Weighed:
    """Weigh the errors among the lines that the tasks logged."""
    blue, green = sides
    rule = Errors(blue, settings.log_errors_times, settings.log_errors_points, evidence.LOG_BURSTS)
    score = evidence.added(before.log_errors, map(rule.ratio, green), before.minutes + 1)
    reason = saying.errors("log lines that are errors", green, blue, rule.rates.worse)
    return Weighed(score, evidence.LOGS_BAR, LOG_ERRORS_WORSE, reason, judged=False)


def of_latency(sides: Sides, settings: Traffic, before: Evidence) -> Weighed:
    """Weigh the p95 of latency."""
    blue, green = sides
    rule = Latency(blue, settings.latency_times, settings.latency_seconds)
    cold = max(COLD_MINUTES - before.minutes, 0)
    compared = rule.compared(green[cold:])
    score = evidence.added(before.latency, map(evidence.of_latency, compared), before.minutes + 1)
    reason = saying.latency([each for each in green if is_timed(each)], rule.usual, settings.latency_times)
    judged = len(compared) * 2 > len(green) - cold
    return Weighed(score, evidence.BAR, LATENCY_WORSE, reason, judged=judged)


def _missing(score: float, rule: Errors) -> int:
    return max(0, math.ceil((score - evidence.SURE) / (rule.rates.worse - rule.rates.harmless)))
