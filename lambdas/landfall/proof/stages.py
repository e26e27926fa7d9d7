"""Decides about a service deployment under way: wait, judge a gate, or end it because its time is over.

Scaling up has the stability timeout. The later stages have a time that follows from the waits in ECS's configuration of
the service, and from the time that the settings allow a gate.
docs/decisions/0117-landfall-is-the-judge-at-the-pauses.md
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from landfall.judging import Stages, is_seen_once
from landfall.model import Kind, State, Verdict, failed, wait
from landfall.proof.service_deployment import Hook, ServiceDeployment
from landfall.proof.strategy import PAUSE, StrategyView
from landfall.settings import shifting_looks
from landfall.settings.strategy import BAKE, SHIFT, SHIFTING, Gate, Strategy

AT_GATE, UNDER_WAY, TOO_LONG = "AT_GATE", "SHIFTING", "SHIFT_TIMEOUT"
SCALING = ("", "RECONCILE_SERVICE", "PRE_SCALE_UP", "SCALE_UP", "POST_SCALE_UP")
"""The stages until the new tasks are all there. Stages come as text, since AWS's own lists differ."""
SHIFT_SECONDS = 900
"""Longer than ECS takes for one shift: people measured ten minutes behind a Network Load Balancer."""


def gate_of(found: ServiceDeployment | None, settings: Strategy | None, strategy: str) -> Gate | None:
    """Return the gate of Landfall at which a deployment waits; None if it waits for nobody, or for its owner.

    A hook has no stage and no name, so only the stage says whose hook it is, and only if a single hook waits there. A
    service that shifts all its traffic at once has no gate `shift`: a pause there is its owner's.
    """
    if found is None or settings is None or len(pausing(found)) != 1:
        return None
    gate = settings.gate_at(found.stage)
    return None if gate == SHIFT and strategy not in SHIFTING else gate


def pausing(found: ServiceDeployment | None) -> tuple[Hook, ...]:
    """Return the pauses that wait for somebody. A Lambda function's hook waits for nobody."""
    return tuple(hook for hook in (found.waiting if found else ()) if hook.kind in (PAUSE, ""))


def seen(before: Stages | None, found: ServiceDeployment | None, now: datetime) -> Stages:
    """Return the stages after a look. A new service deployment counts from its start."""
    if found is None:
        return before or Stages()
    known = before if before and before.service_deployment == found.arn else Stages(found.arn)
    scaled = known.scaled_at or ("" if found.stage in SCALING else now.isoformat())
    place = f"{found.stage}{pausing(found)[0].id if pausing(found) else ''}"
    since = known.since if known.stage == place and known.since else now.isoformat()
    return Stages(found.arn, place, since, scaled)


def allowed_seconds(shape: StrategyView, settings: Strategy | None) -> int:
    """Return how many seconds the stages after scaling up may take: ECS's own waits, its shifts, and the gates."""
    shifting = shape.waits_minutes * 60 + (shape.shifts + 1) * SHIFT_SECONDS
    if settings is None:
        return shifting
    shifts = shape.shifts if SHIFT in settings.gates and shape.name in SHIFTING else 0
    gates = len([gate for gate in settings.gates if gate != SHIFT]) + shifts
    baking = settings.bake_seconds if BAKE in settings.gates else 0
    return min(shifting + gates * settings.gate_seconds + baking, settings.deployment_seconds)


def assess(rolling: Verdict, found: ServiceDeployment | None, stages: Stages, poll: int, now: datetime) -> Verdict:
    """Return the verdict on a service deployment under way. `rolling` is the verdict on its tasks."""
    if found is None:
        return replace(rolling, reason=f"ECS lists no service deployment of ours yet; {rolling.reason}")
    if not stages.scaled_at:
        return replace(rolling, reason=f"{found.stage or 'not begun'}; {rolling.reason}")
    what = f"ECS is at {found.stage} for {_seconds(stages.since, now)} s; {weights(found)}; {rolling.reason}"
    return wait(UNDER_WAY, what, poll)


def at_gate(found: ServiceDeployment, gate: Gate) -> Verdict:
    """Return the verdict on a service deployment that waits for Landfall."""
    return wait(AT_GATE, f"ECS waits at {found.stage} for Landfall's gate {gate!r}; {weights(found)}", 1)


def paced(verdict: Verdict, stages: Stages, poll: int, now: datetime) -> Verdict:
    """Return a WAIT after scaling up with a pace that gets slower. A gate, a pause and a second look have their own."""
    if not stages.scaled_at or verdict.state != State.WAIT or is_seen_once(verdict) or verdict.code == AT_GATE:
        return verdict
    return replace(
        verdict, retry_after=max(verdict.retry_after, shifting_looks.wait(_seconds(stages.since, now), poll))
    )


def in_time(verdict: Verdict, stages: Stages, allowed: int, kind: Kind, now: datetime) -> Verdict:
    """Turn a WAIT into a FAIL once the time after scaling up is over. `allowed` includes the owner's pauses."""
    if not stages.scaled_at or verdict.state != State.WAIT:
        return verdict
    if now < datetime.fromisoformat(stages.scaled_at) + timedelta(seconds=allowed):
        return verdict
    way = "the way back" if kind == Kind.ROLLBACK else "the deployment"
    return failed(TOO_LONG, f"{way} was not complete {allowed} s after its tasks were there: {verdict.reason}")


def cause(found: ServiceDeployment) -> str:
    """Return the code for why ECS rolled a deployment back, or is about to."""
    ended = {hook.status for hook in found.hooks}
    told = f"{found.reason} {found.rollback_reason}".lower()
    by_cause = (
        ("ALARM_FIRED", bool(found.alarms)),
        ("BREAKER_FIRED", found.broken or "circuit breaker" in told),
        ("HOOK_TIMED_OUT", "TIMED_OUT" in ended),
        ("HOOK_FAILED", "FAILED" in ended),
        ("STOPPED_BY_HAND", found.status in ("STOPPED", "STOP_REQUESTED") or "stopservicedeployment" in told),
    )
    return next((code for code, is_so in by_cause if is_so), "ROLLED_BACK_BY_ECS")


def weights(found: ServiceDeployment) -> str:
    """Say how much traffic ECS asked for the new tasks."""
    mine = next((each for each in found.weights if each.revision == found.target_revision), None)
    if mine is None or mine.production is None:
        return "ECS does not say what traffic it asked for"
    test = f", {mine.test:g} % of test traffic" if mine.test is not None else ""
    return f"ECS asked for {mine.production:g} % of production traffic{test} for the new tasks"


def _seconds(since: str, now: datetime) -> int:
    return max(0, round((now - datetime.fromisoformat(since)).total_seconds()))
