"""Judges a service with several pairs of target groups: each pair by its own traffic, and all of them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from landfall.gates import evaluator
from landfall.gates.evaluator import Judged
from landfall.gates.traffic_series import Evidence, GateWindow, TrafficSeries
from landfall.model import State
from landfall.settings.traffic import Traffic


@dataclass(frozen=True)
class Pairs:
    """The verdict on all pairs, and each pair's evidence for the next gate, in the order of the service's pairs."""

    judged: Judged
    evidence: tuple[Evidence, ...]


def judge(
    series: Sequence[TrafficSeries], gate: GateWindow, before: Sequence[Evidence], settings: Traffic, now: datetime
) -> Pairs:
    """Judge each pair once. `before`: each pair's evidence from earlier gates; empty for a new pair.

    One bad pair fails the gate, and one in doubt makes it wait. A pair that was hardly used in blue's last hour does
    not make it wait for more requests: otherwise an unused address would fail every release.
    """
    known = (*before, *[Evidence()] * len(series))
    found = [
        evaluator.judge(each, replace(gate, evidence=left), settings, now)
        for each, left in zip(series, known, strict=False)
    ]
    return Pairs(_worst(series, found, settings.min_requests), tuple(each.evidence for each in found))


def _worst(series: Sequence[TrafficSeries], found: Sequence[Judged], least: int) -> Judged:
    if len(found) == 1:
        return found[0]
    used = [sum(minute.requests for minute in each.blue.minutes) for each in series]
    enough = min(least, max(used))
    named = list(map(_named, series, found))
    waited = [
        judged
        for judged, requests in zip(named, used, strict=True)
        if not judged.undecided_is_traffic or requests >= enough
    ]
    worst = min(waited, key=_rank)
    if worst.verdict.state != State.PASS:
        return worst
    return replace(worst, verdict=replace(worst.verdict, reason="; ".join(each.verdict.reason for each in named)))


def _rank(judged: Judged) -> tuple[bool, bool, bool]:
    """Return how much a verdict weighs, the heaviest first: FAIL, doubt or a broken measurement, too few requests."""
    state = judged.verdict.state
    return state == State.PASS, state != State.FAIL, judged.undecided_is_traffic


def _named(series: TrafficSeries, judged: Judged) -> Judged:
    """Say which target group a verdict is about: targetgroup/name/id in its ARN."""
    name = series.green.target_group.rpartition("targetgroup/")[2].partition("/")[0]
    return replace(judged, verdict=replace(judged.verdict, reason=f"{name}: {judged.verdict.reason}"))
