"""The gates while traffic shifts and after it: green's traffic beside blue's, the alarms, and the release's logs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from landfall.errors import AwsCallFailed
from landfall.gates import gate_state
from landfall.gates import pairs as judging
from landfall.gates.by_logs import NOT_JUDGED
from landfall.gates.gate_state import GateState
from landfall.gates.traffic_series import GateWindow
from landfall.judging import Judged
from landfall.model import Kind, State, Verdict, failed, passed, wait
from landfall.proof import live_traffic
from landfall.proof.followed import Followed
from landfall.proof.observed import ServiceView
from landfall.runtime.world import World
from landfall.settings import Service
from landfall.settings.strategy import BAKE, SHIFT, Strategy
from landfall.steps import log_gate
from landfall.steps.shifting import gate_logs, gate_series, gate_tasks
from landfall.steps.shifting.gate_before import NOTHING_BEFORE

DISAGREE, FIRST, BAKING = "WEIGHTS_DISAGREE", "FIRST_SHIFT", "BAKING"
UNREAD, LOGS_UNREAD, ALARM = "TRAFFIC_UNREAD", "LOGS_UNREAD", "ALARM_RED"
SOON = 60
"""Seconds until the next look if CloudWatch did not answer."""


@dataclass(frozen=True)
class SeenTraffic:
    """The verdict, and the state for the next look. `lacks_traffic`: it only waits for more requests."""

    verdict: Verdict
    state: GateState
    lacks_traffic: bool = False


def assess(event: Judged, state: GateState, service: ServiceView, followed: Followed, world: World) -> SeenTraffic:
    """Judge the traffic once. Only requests at the weight that ECS asked for count."""
    now, poll = world.now(), event.release.limits.stability_poll_seconds
    wrong = _wrong_weight(state, followed)
    if wrong:
        return SeenTraffic(wait(DISAGREE, wrong, poll), replace(state, phase=""))
    state = replace(state, phase=state.phase or now.isoformat())
    weight = live_traffic.least(followed.live or {}, followed.groups)
    if state.gate == SHIFT and weight == 0:
        return SeenTraffic(passed(FIRST, "users do not reach the new tasks yet: nothing to judge"), state)
    settings = world.service(event.release.service)
    tasks = gate_tasks.read(event, world)
    healthy = gate_tasks.assess(event, service, followed, tasks, world)
    if healthy.state != State.PASS:
        return SeenTraffic(healthy, state)
    quiet, state = _alarms(event, state, settings, world)
    if quiet.state != State.PASS:
        return SeenTraffic(quiet, state)
    try:
        state = gate_logs.read(event, state, tasks, settings, world)
    except AwsCallFailed as error:
        return SeenTraffic(gate_state.unread(LOGS_UNREAD, "the logs", error, SOON), state)
    return _traffic(event, state, (service, followed), settings, world)


def _wrong_weight(state: GateState, followed: Followed) -> str:
    """Say how the live weights differ from the wanted ones; empty if they don't. At the bake, law 1 checks this."""
    live, found = followed.live or {}, followed.found
    if not live:
        return "no production rule of the service could be found"
    if state.gate == BAKE:
        return live_traffic.elsewhere(live, followed.groups)
    weights = found.weights if found else ()
    asked = next((w.production for w in weights if found and w.revision == found.target_revision), None)
    return live_traffic.disagreeing(live, followed.groups, asked)


def _alarms(event: Judged, state: GateState, settings: Service, world: World) -> tuple[Verdict, GateState]:
    """Judge the alarms that the settings name. One that was red before the deployment neither fails nor passes it."""
    strategy = settings.strategy or Strategy()
    try:
        red, state = gate_series.alarms(strategy.alarms, event, state, world)
    except AwsCallFailed as error:
        return gate_state.unread("ALARMS_UNREAD", "the alarms", error, SOON), state
    if red:
        return failed(ALARM, f"since the deployment began, alarm {', '.join(map(repr, red))} turned red"), state
    return passed("ALARMS_QUIET", "no alarm turned red"), state


def _traffic(
    event: Judged, state: GateState, look: tuple[ServiceView, Followed], settings: Service, world: World
) -> SeenTraffic:
    strategy, now = settings.strategy or Strategy(), world.now()
    if event.baseline.desired_count == 0:
        return _first_of_all(state, strategy, world)
    try:
        series, state = gate_series.read(event, state, look, settings, world)
    except AwsCallFailed as error:
        return SeenTraffic(gate_state.unread(UNREAD, "the traffic", error, SOON), state)
    pairs = judging.judge(series, _window(state, look[1]), state.evidence_of, strategy.traffic, now)
    judged = pairs.judged
    if judged.verdict.state != State.PASS:
        lacks = judged.undecided_is_traffic
        baked = not _baking(state, strategy, world)
        return SeenTraffic(judged.verdict, replace(state, said=judged.verdict.reason), lacks and baked)
    if left := _baking(state, strategy, world):
        return SeenTraffic(wait(BAKING, f"{judged.verdict.reason}; baking for {left} s more", min(left, 60)), state)
    if settings.logs.gate and event.deployment.kind == Kind.RELEASE:
        logs = log_gate.assess(event, settings, world)
        if logs.state != State.PASS:
            return SeenTraffic(logs, state)
    after = gate_state.with_evidence(state, pairs.evidence)
    weight = f"{live_traffic.least(look[1].live or {}, look[1].groups):g} % of production traffic"
    unread = f"; the logs are not compared: {state.unlogged}" if state.unlogged else ""
    told = f"{judged.verdict.reason}; {weight}{unread}"
    return SeenTraffic(passed(judged.verdict.code, told), replace(after, said=told))


def _first_of_all(state: GateState, strategy: Strategy, world: World) -> SeenTraffic:
    """Judge the first release, by its tasks and the alarms alone, for as long as the bake lasts."""
    if left := _baking(state, strategy, world):
        return SeenTraffic(wait(BAKING, f"{NOTHING_BEFORE}; baking for {left} s more", min(left, 60)), state)
    return SeenTraffic(passed(NOT_JUDGED, NOTHING_BEFORE), replace(state, said=NOTHING_BEFORE))


def _window(state: GateState, followed: Followed) -> GateWindow:
    """Return the window for the evaluator: since the wanted weight was reached."""
    weight = round(live_traffic.least(followed.live or {}, followed.groups))
    stage = followed.found.stage if followed.found else ""
    return GateWindow(stage, weight, datetime.fromisoformat(state.phase), state.ends_at)


def _baking(state: GateState, strategy: Strategy, world: World) -> int:
    """Return how many more seconds the bake must last at least; 0 at other gates."""
    if state.gate != BAKE:
        return 0
    end = state.began_at + timedelta(seconds=strategy.bake_seconds)
    return max(0, round((end - world.now()).total_seconds()))
