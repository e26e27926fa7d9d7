"""Weighs the evidence of each comparison that the settings switch on."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from landfall.gates import counted_answers, likelihood, saying
from landfall.gates.counted_answers import Sides
from landfall.gates.likelihood import Rates
from landfall.gates.sides import Errors, Latency
from landfall.gates.traffic_series import Evidence, Minute
from landfall.settings.traffic import Traffic

ERRORS_WORSE, LATENCY_WORSE, LOG_ERRORS_WORSE = "ERRORS_WORSE", "LATENCY_WORSE", "LOG_ERRORS_WORSE"
REFUSALS_WORSE = "REFUSALS_WORSE"
REFUSED_TIMES, REFUSED_POINTS = 3.0, 0.3
"""A share of 4xx answers is worse at three times blue's and 30 points more, and harmless up to 10 points more."""
DOUBT = 0.0
"""The logarithm of evidence above which green is likelier worse than not."""
DOUBT_OF_FEW = math.log(30)
"""The same for too few requests to tell: one error among a few is only bad luck."""

COLD_MINUTES = 2
"""Green's latency in its first minutes with traffic doesn't count: it loads and connects (kortix-ai/suna#3408)."""


@dataclass(frozen=True)
class Weighed:
    """The evidence that green is worse in one way, what proves it, and how people are told.

    `had` is how many requests (or lines) of green at this weight were weighed. `judged`: a gate waits until this is
    known. `rates`: what the shares of errors are compared with.
    """

    score: float
    bar: float
    code: str
    reason: Callable[[], str]
    had: int
    judged: bool = True
    rates: Rates | None = None

    @property
    def is_proof(self) -> bool:
        """Say whether green is worse."""
        return self.score > self.bar

    def is_doubt(self, least: int) -> bool:
        """Say whether green looks worse, but perhaps by chance.

        There are enough requests if there are `least`, and if they would have cleared green without any error.
        """
        clears = math.log(likelihood.share(1)) - likelihood.LEANING
        enough = clears / (self.rates.worse - self.rates.harmless) if self.rates else least
        return self.score > (DOUBT if self.had >= max(least, enough) else DOUBT_OF_FEW)

    def is_below(self, mark: float) -> bool:
        """Say whether green is no worse, with the certainty of the mark."""
        return not self.judged or self.score <= mark

    def missing(self, mark: float) -> int:
        """Return how many more requests without an error are needed at least to get below a mark."""
        if self.rates is None or self.is_below(mark):
            return 0
        return math.ceil((self.score - mark) / (self.rates.worse - self.rates.harmless))


def of_errors(sides: Sides, settings: Traffic, before: Evidence) -> Weighed:
    """Weigh the 5xx answers, and those that the load balancer gave because a target gave none."""
    blue, green = counted_answers.failed(sides)
    rule = Errors(blue, settings.errors_times, settings.errors_points, likelihood.BURSTS)
    score = likelihood.added(before.errors, map(rule.ratio, green), before.minutes + 1)
    reason = partial(_told, "5xx answers", green, rule)
    return Weighed(score, likelihood.BAR, ERRORS_WORSE, reason, saying.counted(green)[0], rates=rule.rates)


def of_refusals(sides: Sides, before: Evidence) -> Weighed | None:
    """Weigh the 4xx answers, by a coarse rule: a login that is broken refuses nearly everybody, without any 5xx.

    None if blue itself refuses so many that green can't be worse. No gate waits for this.
    """
    blue, green = counted_answers.refused(sides)
    rule = Errors(blue, REFUSED_TIMES, REFUSED_POINTS, likelihood.LOG_BURSTS)
    if rule.rates.worse >= 1:
        return None
    score = likelihood.added(before.refusals, map(rule.ratio, green), before.minutes + 1)
    reason = partial(_told, "4xx answers", green, rule)
    requests = saying.counted(green)[0]
    return Weighed(score, likelihood.LOGS_BAR, REFUSALS_WORSE, reason, requests, judged=False, rates=rule.rates)


def _told(what: str, green: Sequence[Minute], rule: Errors) -> str:
    until = green[-1].start if green else datetime.min.replace(tzinfo=UTC)
    return saying.errors(what, green, rule.compared(until), rule.worse(until))


def of_logs(sides: Sides, settings: Traffic, before: Evidence) -> Weighed:
    """Weigh the errors among the lines that the tasks logged. No gate waits for lines: a good release may log none."""
    blue, green = sides
    rule = Errors(blue, settings.log_errors_times, settings.log_errors_points, likelihood.LOG_BURSTS)
    score = likelihood.added(before.log_errors, map(rule.ratio, green), before.minutes + 1)
    reason = partial(_told, "log lines that are errors", green, rule)
    lines = saying.counted(green)[0]
    return Weighed(score, likelihood.LOGS_BAR, LOG_ERRORS_WORSE, reason, lines, judged=False, rates=rule.rates)


def of_latency(sides: Sides, settings: Traffic, before: Evidence) -> Weighed:
    """Weigh the p95 of latency. No gate waits for it if most of green's minutes have too few requests."""
    blue, green = sides
    rule = Latency(blue, settings.latency_times, settings.latency_seconds)
    warm = green[max(COLD_MINUTES - before.minutes, 0) :]
    compared = rule.compared(warm)
    score = likelihood.added(before.latency, map(likelihood.of_latency, compared), before.minutes + 1)
    reason = partial(saying.latency, warm, rule.usual, settings.latency_times)
    judged = len(compared) * 2 > len(warm)
    return Weighed(score, likelihood.BAR, LATENCY_WORSE, reason, saying.counted(warm)[0], judged)
