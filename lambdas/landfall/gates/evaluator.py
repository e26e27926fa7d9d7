"""Compares green's traffic with blue's, look after look and gate after gate: PASS, WAIT or FAIL.

Evidence that green is worse adds up over all gates of a deployment. Evidence for a PASS does not: only requests at this
gate's weight count (fluxcd/flagger#1011). likelihood.py says why the number of looks doesn't matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from landfall.gates import by_logs, likelihood, measured, saying, weighing
from landfall.gates.by_logs import NO_LOGS, NOT_SURE
from landfall.gates.counted_answers import Sides
from landfall.gates.traffic_series import BAKE, Evidence, GateWindow, Minute, TrafficSeries, at_weight, settled
from landfall.gates.weighing import Weighed
from landfall.model import State, Verdict
from landfall.settings.traffic import Traffic

NO_WORSE = "TRAFFIC_NO_WORSE"
TOO_FEW, BROKEN = "TOO_FEW_REQUESTS", "MEASUREMENT_BROKEN"
LOOK_SECONDS = 60
"""CloudWatch has new data once a minute."""
LEAST_MINUTES = 3


@dataclass(frozen=True)
class Judged:
    """A verdict on traffic, the evidence for the next gate, and the least number of missing requests.

    The caller ends a WAIT at the gate's end. `undecided_is_traffic` says that there was too little traffic to judge:
    only then may the setting `undecided` let the release go on. A broken measurement, or doubt about green, never may.
    """

    verdict: Verdict
    evidence: Evidence
    missing: int

    @property
    def undecided_is_traffic(self) -> bool:
        """Say whether the gate waits only for requests, or for lines of a log."""
        return self.verdict.code in (TOO_FEW, NO_LOGS)


@dataclass(frozen=True)
class Decision:
    """The decision of one look at a gate. Its sentence is made only when it is needed."""

    state: State
    code: str
    reason: Callable[[], str]
    evidence: Evidence
    missing: int = 0


def judge(series: TrafficSeries, gate: GateWindow, settings: Traffic, now: datetime) -> Judged:
    """Judge a gate once. Pure; while it waits, the caller asks again after `verdict.retry_after` seconds.

    A FAIL has one of the codes ERRORS_WORSE, REFUSALS_WORSE, LATENCY_WORSE and LOG_ERRORS_WORSE (weighing.py).
    """
    made = decide(series, gate, settings, now)
    after = LOOK_SECONDS if made.state == State.WAIT else 1
    return Judged(Verdict(made.state, made.code, made.reason(), after), made.evidence, made.missing)


def decide(series: TrafficSeries, gate: GateWindow, settings: Traffic, now: datetime) -> Decision:
    """Decide a gate once, without a sentence for people."""
    sides, logs = (
        (settled(series.blue, now), at_weight(series.green, gate, now)),
        by_logs.look(series, gate, settings, now),
    )
    if series.balancer != "application" or not settings.judges:
        why = saying.OFF if series.balancer == "application" else saying.NETWORK
        state, code, reason = logs.alone(why, settings.min_requests)
        return Decision(state, code, reason, _left(gate.evidence, sides[1], logs.found))
    found = (*_weighed(sides, gate, settings), *logs.found)
    look = _Look(*sides, found, likelihood.SURE if gate.stage == BAKE else likelihood.LEANING)
    missing = look.missing(settings.min_requests)
    state, code, reason = _decided(look, measured.broken(series, gate, now), settings.min_requests, missing)
    if state == State.PASS and logs.silent:
        state, code, reason = State.WAIT, NO_LOGS, lambda: logs.silent
    return Decision(state, code, reason, _left(gate.evidence, look.green, found), missing)


@dataclass(frozen=True)
class _Look:
    """Blue's settled minutes, green's at this weight, their evidence, and how sure the gate has to be."""

    blue: tuple[Minute, ...]
    green: tuple[Minute, ...]
    found: tuple[Weighed, ...]
    mark: float

    def missing(self, least: int) -> int:
        had = (saying.counted(self.green)[0], saying.counted(self.blue)[0])
        return max(0, least - min(had), *(each.missing(self.mark) for each in self.found))

    @property
    def is_sure(self) -> bool:
        return len(self.green) >= LEAST_MINUTES and all(each.is_below(self.mark) for each in self.found)


def _decided(look: _Look, broken: str | None, least: int, missing: int) -> tuple[State, str, Callable[[], str]]:
    proof = next((each for each in look.found if each.is_proof), None)
    if proof:
        return State.FAIL, proof.code, proof.reason
    if broken:
        return State.WAIT, BROKEN, lambda: broken
    doubts = [each for each in look.found if each.is_doubt(least)]
    if doubts:
        return State.WAIT, NOT_SURE, lambda: saying.doubtful([each.reason() for each in doubts])
    if missing or not look.is_sure:
        return State.WAIT, TOO_FEW, lambda: saying.too_few(look.green, look.blue, missing)
    timed = all(each.judged for each in look.found if each.code == weighing.LATENCY_WORSE)
    return State.PASS, NO_WORSE, lambda: saying.no_worse(look.green, look.blue, timed=timed)


def _weighed(sides: Sides, gate: GateWindow, settings: Traffic) -> tuple[Weighed, ...]:
    found, before = [], gate.evidence
    if settings.errors:
        found.append(weighing.of_errors(sides, settings, before))
    refusals = weighing.of_refusals(sides, before) if settings.refusals else None
    if refusals:
        found.append(refusals)
    if settings.latency:
        found.append(weighing.of_latency(sides, settings, before))
    return tuple(found)


def _left(before: Evidence, green: Sequence[Minute], found: Iterable[Weighed]) -> Evidence:
    scores = {each.code: each.score for each in found}
    return Evidence(
        scores.get(weighing.ERRORS_WORSE),
        scores.get(weighing.LATENCY_WORSE),
        scores.get(weighing.LOG_ERRORS_WORSE),
        before.gates + 1,
        before.minutes + len(green),
        before.requests + saying.counted(green)[0],
        scores.get(weighing.REFUSALS_WORSE),
    )
