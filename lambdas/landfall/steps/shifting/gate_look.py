"""One look at a gate of Landfall: it finds the gate, and judges it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from landfall.errors import AwsCallFailed
from landfall.gates import gate_state
from landfall.gates.comparison import Difference
from landfall.gates.gate_log import NotedGate
from landfall.gates.gate_state import GateState, Hooked
from landfall.judging import Judged
from landfall.model import State, Verdict, passed, wait
from landfall.proof import live_traffic, stages
from landfall.proof.followed import Followed
from landfall.proof.observed import ServiceView
from landfall.runtime.world import World
from landfall.settings.strategy import BAKE, BEFORE_TRAFFIC, Strategy
from landfall.smoke.case import Check
from landfall.steps.shifting import gate_before, gate_opening, gate_traffic, shift_look

UNREAD = "GATE_UNREAD"
"""The code if AWS did not answer. It never continues a gate, and the gate's end still counts."""


@dataclass(frozen=True)
class GateSeen:
    """The verdict of one look, the state for the next look, and the smoke checks if they ran.

    `noted` is the look's entry for the record; None if the deployment waits at no gate.
    """

    verdict: Verdict
    state: GateState | None
    checks: tuple[Check, ...] = ()
    noted: NotedGate | None = None


def assess(event: Judged, before: GateState | None, world: World) -> GateSeen:
    """Judge the gate at which the deployment waits. If it left the gate, nothing is judged."""
    service, poll = world.ecs(event.release.service).service(), event.release.limits.stability_poll_seconds
    settings, now = world.service(event.release.service), world.now()
    if service is None:
        return GateSeen(wait("SERVICE_MISSING", "ECS knows no such service at this look", poll), before)
    followed = shift_look.read(event, service, world)
    found = followed.found
    gate = stages.gate_of(found, settings.strategy, service.shifting.name)
    hook = stages.pausing(found)[0] if gate else None
    if found and followed.is_done and settings.strategy and BAKE in settings.strategy.gates:
        gate = None if before and before.baked else BAKE
    if found is None or gate is None or settings.strategy is None:
        return _nothing_to_judge(followed, before, poll)
    hooked = Hooked(found.arn, hook.id, hook.expires_at) if hook else Hooked(found.arn, gate_state.OVER)
    state = gate_state.at(before, gate, hooked, settings.strategy, now)
    live = followed
    try:
        live = replace(followed, live=shift_look.weights(service, world))
        seen = _judged(event, state, (service, live), world)
    except AwsCallFailed as error:
        seen = _Seen(gate_state.unread(UNREAD, "the gate", error, poll), state)
    settled = _settled(seen, settings.strategy, now)
    return replace(settled, noted=_noted(settled, seen.differences, live, now))


def _nothing_to_judge(followed: Followed, before: GateState | None, poll: int) -> GateSeen:
    """Return the verdict if the deployment waits at no gate. If it succeeded and no `bake` is due, prove it now."""
    if followed.is_done:
        return GateSeen(passed("NO_BAKE_LEFT", "no bake is left to judge"), replace(before or GateState(), baked=True))
    return GateSeen(
        wait(gate_opening.LEFT, "the deployment does not wait at a gate of Landfall any more", poll), before
    )


@dataclass(frozen=True)
class _Seen:
    verdict: Verdict
    state: GateState
    checks: tuple[Check, ...] = ()
    lacks_traffic: bool = False
    differences: tuple[Difference, ...] = ()


def _judged(event: Judged, state: GateState, look: tuple[ServiceView, Followed], world: World) -> _Seen:
    service, followed = look
    if state.gate == BEFORE_TRAFFIC:
        before = gate_before.assess(event, state, service, followed, world)
        return _Seen(before.verdict, before.state, before.checks, differences=before.differences)
    traffic = gate_traffic.assess(event, state, service, followed, world)
    return _Seen(traffic.verdict, traffic.state, lacks_traffic=traffic.lacks_traffic)


def _settled(seen: _Seen, settings: Strategy, now: datetime) -> GateSeen:
    verdict = gate_state.settle(seen.verdict, seen.state, settings, now, lacks_traffic=seen.lacks_traffic)
    baked = verdict.state == State.PASS and seen.state.gate == BAKE
    return GateSeen(verdict, replace(seen.state, baked=baked), seen.checks)


def _noted(seen: GateSeen, differences: tuple[Difference, ...], followed: Followed, now: datetime) -> NotedGate | None:
    """Return the record's entry for a look at a gate."""
    state, verdict, found = seen.state, seen.verdict, followed.found
    if state is None or found is None:
        return None
    return NotedGate(
        service_deployment=state.service_deployment,
        hook=state.hook,
        gate=state.gate,
        stage=found.stage,
        began=state.began,
        ends=state.ends,
        weight=live_traffic.least(followed.live, followed.groups) if followed.live else None,
        seen_at=now.isoformat(),
        state=verdict.state.value,
        code=verdict.code,
        reason=verdict.reason,
        differences=differences,
    )
