"""Traffic as CloudWatch tells it, of deployments whose truth is known.

This file was committed before the rule that it measures was tuned. What it plays:

- Requests of a minute are Poisson. They are divided by the weight at the gate.
- Errors come in bursts: the count of a minute is beta-binomial. With `BURSTS` = 0.001 a minute of 1,000 requests has
  twice the variance of independent errors, and one of 10,000 eleven times. Campaigns repeat with three times that, and
  with three times the variance of each side's own latency.
- Trouble that both sides share (a dependency) multiplies both rates by 10, for one to three minutes; it begins in 1 of
  100 minutes.
- Green's own true error rate differs from blue's by chance (a factor with a standard deviation of 20 %).
- Latency is lognormal. The two percentiles are those of a sample of that many requests. Both sides share the load's ups
  and downs; each has its own, which last (an autoregression with 0.5) and have a standard deviation of 8 %. Green's own
  true latency differs from blue's by 5 %, since its tasks run on other hosts.
- Green is cold in its first two minutes with traffic: its p95 is three times as high.
- An incident, where a deployment has one, multiplies both sides' rates of errors and their latency while it lasts.
- Each request logs one line. Errors among lines come in larger bursts than 5xx answers (`LOG_BURSTS`).
- One data point in 200 never arrives. A minute is told in part at first (see `told`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from tests.campaigns.evaluator.draws import beta_binomial, poisson, ranks, standard

BURSTS = 0.001
HISTORY = 60
"""Minutes of blue that were recorded before green got traffic."""
SHARED_TROUBLE, TROUBLE_TIMES, TROUBLE_MINUTES = 0.01, 10, 3
OWN_ERRORS, OWN_LATENCY = 0.2, 0.05
LOAD, OWN_MINUTE, LASTS = 0.15, 0.08, 0.5
COLD_MINUTES, COLD_TIMES = 2, 3.0
LOST = 1 / 200
LOG_BURSTS = 0.01
PARTLY = 0.05
"""The share of a minute's requests that CloudWatch tells at its end (Netflix/atlas#1300: 20 of 400)."""


@dataclass(frozen=True)
class Incident:
    """Trouble of both sides alike: from which minute until before which, counted from the first gate on."""

    begins: int
    ends: int = 10_000
    errors_times: float = 20.0
    latency_times: float = 1.0


@dataclass(frozen=True)
class Truth:
    """What is true of a deployment. Rates are requests a minute to the whole service; latency in seconds.

    `gates` are green's weights in percent, one for each gate; `longest` is how many minutes a gate lasts at most.
    `green_requests` spreads so many requests to green evenly over all gates, whatever the weights are.
    `log_errors`: the share of lines that are errors; None: logs are not read.
    """

    requests: float
    gates: tuple[int, ...]
    longest: int = 15
    errors: float = 0.001
    green_errors: float | None = None
    latency: float = 0.1
    shape: float = 0.6
    green_latency: float = 1.0
    bursts: float = BURSTS
    own_minute: float = OWN_MINUTE
    cold: bool = True
    green_requests: int | None = None
    incident: Incident | None = None
    log_errors: float | None = None
    green_log_errors: float | None = None


@dataclass(frozen=True)
class Told:
    """One minute of one side as CloudWatch tells it in the end. `lost`: it never arrives."""

    requests: int
    errors: int
    p50: float
    p95: float
    lost: bool


_QUIET = Incident(0, 0, 1.0, 1.0)


@dataclass
class _Lasting:
    """The ups and downs of one side's latency."""

    rng: Random
    deviation: float
    now: float = 0.0

    def next(self) -> float:
        self.now = LASTS * self.now + math.sqrt(1 - LASTS**2) * self.rng.gauss(0, self.deviation)
        return self.now


class Traffic:
    """Draws the minutes of one deployment, in order."""

    def __init__(self, truth: Truth, seed: int) -> None:
        self._truth = truth
        self._rng = rng = Random(seed)  # noqa: S311  a simulation
        self._lasting = (_Lasting(rng, truth.own_minute), _Lasting(rng, truth.own_minute))
        self._trouble, self._at = 0, -HISTORY
        self._of_logs = Random(f"logs of {seed}")  # noqa: S311  the traffic is the same with logs and without
        self._warm = 0
        rate = truth.errors if truth.green_errors is None else truth.green_errors
        self._green_errors = min(1.0, rate * math.exp(rng.gauss(0, OWN_ERRORS)))
        self._green_latency = truth.green_latency * math.exp(rng.gauss(0, OWN_LATENCY))

    def history(self) -> Iterator[Told]:
        """Yield blue's minutes before the deployment."""
        for _ in range(HISTORY):
            yield self.minute(0)[0]

    def minute(self, weight: int, green_mean: float | None = None) -> tuple[Told, Told]:
        """Return blue's and green's next minute, at a weight of green in percent."""
        truth, rng, incident = self._truth, self._rng, self._incident()
        if self._trouble == 0 and rng.random() < SHARED_TROUBLE:
            self._trouble = rng.randint(1, TROUBLE_MINUTES)
        times = (TROUBLE_TIMES if self._trouble else 1) * incident.errors_times
        self._trouble = max(0, self._trouble - 1)
        load = math.exp(rng.gauss(0, LOAD)) * incident.latency_times
        blue = self._side(0, truth.requests * (100 - weight) / 100, truth.errors * times, truth.latency * load)
        mean = truth.requests * weight / 100 if green_mean is None else green_mean
        cold = COLD_TIMES if truth.cold and self._warm < COLD_MINUTES else 1.0
        slow = truth.latency * load * self._green_latency
        green = self._side(1, mean, self._green_errors * times, slow, cold)
        self._warm += bool(green.requests)
        self._at += 1
        return blue, green

    def lines(self, blue: Told, green: Told) -> tuple[Told, Told]:
        """Return the lines that both sides logged in a minute, of these requests."""
        base = self._truth.log_errors or 0.0
        own = base if self._truth.green_log_errors is None else self._truth.green_log_errors
        return self._lines(blue, base), self._lines(green, own)

    def _lines(self, side: Told, rate: float) -> Told:
        return Told(side.requests, beta_binomial(self._of_logs, side.requests, rate, LOG_BURSTS), 0.0, 0.0, side.lost)

    def _incident(self) -> Incident:
        found = self._truth.incident
        return found if found and found.begins <= self._at < found.ends else _QUIET

    def _side(self, side: int, mean: float, rate: float, latency: float, cold: float = 1.0) -> Told:
        rng, truth = self._rng, self._truth
        own = self._lasting[side].next()
        count = poisson(rng, mean) if mean else 0
        if count == 0:
            return Told(0, 0, 0.0, 0.0, lost=False)
        errors = beta_binomial(rng, count, min(1.0, rate), truth.bursts)
        low, high = ranks(rng, count, 0.50, 0.95)
        p50, p95 = (latency * math.exp(own + truth.shape * standard(rank)) for rank in (low, high))
        return Told(count, errors, p50, p95 * cold, lost=rng.random() < LOST)


def told(minute: Told, age: int) -> Told | None:
    """Return what is told of a minute `age` minutes after its end; None if nothing is."""
    if minute.lost or minute.requests == 0:
        return None
    if age >= 1:
        return minute
    requests = max(1, round(minute.requests * PARTLY))
    return Told(requests, min(requests, minute.errors), minute.p50, minute.p95, lost=False)
