"""Plays one deployment: its gates in order, a look each minute, until one fails or can't be decided, or all passed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from landfall.gates import evaluator, traffic_series
from landfall.gates.evaluator import TOO_FEW, Decision
from landfall.gates.traffic_series import BAKE, Evidence, GateWindow, Minute, Side, TrafficSeries
from landfall.model import State
from landfall.settings.traffic import Traffic as Settings
from tests.campaigns.evaluator import generator
from tests.campaigns.evaluator.generator import HISTORY, Told, Traffic, Truth

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
FIRST_LOOK = 4
"""The minute in which a gate is looked at first: one minute at this weight has settled."""
_UNSETTLED = 2
NOTHING = Told(0, 0, 0.0, 0.0, lost=False)


@dataclass(frozen=True)
class Ended:
    """How a deployment ended at its gates, after how many gates, minutes and requests to green.

    `short`: at how many gates there were too few requests.
    """

    how: Literal["passed", "failed", "undecided"]
    code: str
    gates: int
    minutes: int
    requests: int
    short: int


class _Deployment:
    def __init__(self, truth: Truth, seed: int, settings: Settings, *, go_on: bool) -> None:
        self._truth, self._settings, self._go_on = truth, settings, go_on
        self._traffic = Traffic(truth, seed)
        before = list(enumerate(self._traffic.history(), -HISTORY))
        self._known = [_minute(at, told) for at, told in before if not told.lost and told.requests]
        self._blue: list[tuple[int, Told]] = []
        self._lines: tuple[list[Minute], list[Minute]] = ([], [])
        for at, told in before:
            self._log(at, told, NOTHING)
        self._now = 0
        self._answered: list[datetime | None] = [None, None]
        self.requests = 0

    def play(self) -> Ended:
        left, judged, gates, short = Evidence(), None, 0, 0
        for weight in self._truth.gates:
            gates += 1
            judged = self._gate(weight, left)
            short += judged.code == TOO_FEW
            if judged.state != State.PASS and not (self._go_on and judged.code == TOO_FEW):
                break
            left = judged.evidence
        if judged is None:
            raise ValueError("a deployment without gates")
        how = {State.PASS: "passed", State.FAIL: "failed", State.WAIT: "undecided"}[judged.state]
        return Ended(how, judged.code, gates, self._now, self.requests, short)  # type: ignore[arg-type]

    def _gate(self, weight: int, left: Evidence) -> Decision:
        truth, began = self._truth, self._now
        green: list[tuple[int, Told]] = []
        fixed = truth.green_requests
        mean = None if fixed is None else fixed / (len(truth.gates) * truth.longest)
        window = GateWindow(BAKE if weight == 100 else "shift", weight, _at(began), _at(began + truth.longest), left)
        judged: Decision | None = None
        self._answered = [None, None]
        while self._now < began + truth.longest + _UNSETTLED:
            self._draw(weight, green, mean, within=self._now < began + truth.longest)
            if self._now - began >= FIRST_LOOK - 1:
                judged = evaluator.decide(self._series(weight, green, began), window, self._settings, _at(self._now))
                if judged.state == State.FAIL:
                    break
                if judged.state == State.PASS and fixed is None:
                    break
        if judged is None:
            raise ValueError("a gate without a look")
        return judged

    def _draw(self, weight: int, green: list[tuple[int, Told]], mean: float | None, *, within: bool) -> None:
        ours, theirs = self._traffic.minute(weight, mean if within else 0 if mean is not None else None)
        self._blue.append((self._now, ours))
        green.append((self._now, theirs))
        self._log(self._now, ours, theirs)
        for side, told in enumerate((ours, theirs)):
            if told.requests and not told.lost:
                self._answered[side] = self._answered[side] or _at(self._now)
        self.requests += theirs.requests
        self._now += 1

    def _log(self, at: int, ours: Told, theirs: Told) -> None:
        if self._truth.log_errors is None:
            return
        for lines, told in zip(self._lines, self._traffic.lines(ours, theirs), strict=True):
            if told.requests:
                lines.append(_minute(at, told))

    def _logged(self, oldest: datetime) -> tuple[Side | None, Side | None]:
        if self._truth.log_errors is None:
            return None, None
        blue, green = (tuple(each for each in lines if each.start >= oldest) for lines in self._lines)
        return Side("blue's log", blue), Side("green's log", green)

    def _series(self, weight: int, green: list[tuple[int, Told]], began: int) -> TrafficSeries:
        settled = self._now - _UNSETTLED - 1
        while self._blue and self._blue[0][0] <= settled:
            at, told = self._blue.pop(0)
            if not told.lost and told.requests:
                self._known.append(_minute(at, told))
        oldest = _at(began) - traffic_series.HISTORY
        while self._known and self._known[0].start < oldest:
            self._known.pop(0)
        blue = (*self._known, *self._seen(self._blue))
        of_blue, of_green = self._answered
        return TrafficSeries(
            Side("blue", blue, 100 - weight, of_blue),
            Side("green", tuple(self._seen(green)), weight, of_green),
            *self._logged(oldest),
        )

    def _seen(self, minutes: list[tuple[int, Told]]) -> list[Minute]:
        found = ((at, generator.told(each, self._now - at - 1)) for at, each in minutes)
        return [_minute(at, told) for at, told in found if told]


def play(truth: Truth, seed: int, settings: Settings | None = None, *, go_on: bool = False) -> Ended:
    """Play a deployment. `go_on`: the setting for a gate with too few requests."""
    return _Deployment(truth, seed, settings or Settings(), go_on=go_on).play()


def _at(minute: int) -> datetime:
    return BEGAN + timedelta(minutes=minute)


def _minute(at: int, told: Told) -> Minute:
    return Minute(_at(at), told.requests, told.errors, told.p50, told.p95)
