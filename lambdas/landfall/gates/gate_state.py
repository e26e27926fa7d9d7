"""The state of the gate at which a deployment waits. It is passed from look to look, and from gate to gate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from landfall.errors import AwsBusy, AwsCallFailed
from landfall.gates.log_minutes import Logged
from landfall.gates.traffic_series import Evidence
from landfall.model import State, Verdict, failed, passed, safe, wait
from landfall.settings import shifting_looks
from landfall.settings.strategy import Gate, Strategy

EARLIER = timedelta(seconds=10)
"""How long a gate ends before ECS's own pause does."""
OVER = "over"
"""Replaces the hook of a bake that somebody else continued: the bake is then judged after the ECS deployment ended."""
UNDECIDED, TIMEOUT, WENT_ON = "GATE_UNDECIDED", "GATE_TIMEOUT", "GATE_UNDECIDED_WENT_ON"
BUSY = "AWS_BUSY"
"""AWS throttled a read of the look, or had an internal error."""
PATIENCE = 2
"""A gate waits for a busy AWS for this multiple of its own time, as every step does (runtime/patience.py)."""


@dataclass(frozen=True)
class GateState:
    """A gate of one service deployment. `hook` is the ECS pause that waits; it distinguishes this gate from the next.

    It must be decided by `ends`, or by `last` if AWS was too busy at `ends`. `phase` is what was proven at it so far.
    `number` counts the gates of the deployment, from 1. `evidence` comes from earlier gates, `other_pairs` is the same
    for further pairs of target groups. `said` is the last result, for people. `blue_answered` and `green_answered`:
    since when each side answers our own requests. `red_before`: alarms that were red before the deployment began.
    `baked`: the gate `bake` passed; until then the release is not proven, even if somebody else continued the
    deployment. `logged`: what both sides logged; `unlogged`: why that is not compared.
    """

    service_deployment: str = ""
    hook: str = ""
    gate: str = ""
    began: str = ""
    ends: str = ""
    last: str = ""
    phase: str = ""
    number: int = 0
    evidence: Evidence = field(default_factory=Evidence)
    other_pairs: tuple[Evidence, ...] = ()
    said: str = ""
    blue_answered: str = ""
    green_answered: str = ""
    red_before: tuple[str, ...] = ()
    baked: bool = False
    logged: Logged = ()
    unlogged: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "said", safe(self.said))

    @property
    def began_at(self) -> datetime:
        """Return when the gate began."""
        return datetime.fromisoformat(self.began)

    @property
    def evidence_of(self) -> tuple[Evidence, ...]:
        """Return the evidence of earlier gates for each pair of target groups."""
        return (self.evidence, *self.other_pairs)

    @property
    def ends_at(self) -> datetime:
        """Return when the gate must be decided."""
        return datetime.fromisoformat(self.ends)

    @property
    def last_at(self) -> datetime:
        """Return until when the gate waits if AWS is too busy."""
        return datetime.fromisoformat(self.last or self.ends)


@dataclass(frozen=True)
class Hooked:
    """A pause of ECS: which service deployment waits at which hook, and when ECS ends the pause."""

    service_deployment: str
    hook: str
    expires_at: datetime | None = None


def at(before: GateState | None, gate: Gate, hooked: Hooked, settings: Strategy, now: datetime) -> GateState:
    """Return the gate's state: the previous one, or a new one. Evidence is kept within one service deployment.

    It ends before ECS's own pause does, so that Landfall's verdict comes first. For a busy AWS it waits as long again.
    """
    if before and (before.service_deployment, before.hook) == (hooked.service_deployment, hooked.hook):
        return before
    if before and hooked.hook == OVER and (before.service_deployment, before.gate) == (hooked.service_deployment, gate):
        return before
    longest = timedelta(seconds=settings.longest(gate))
    ends, last = now + longest, now + PATIENCE * longest
    if hooked.expires_at:
        over = hooked.expires_at.astimezone(UTC) - EARLIER
        ends, last = min(ends, over), min(last, over)
    goes_on = before is not None and before.service_deployment == hooked.service_deployment
    return GateState(
        service_deployment=hooked.service_deployment,
        hook=hooked.hook,
        gate=gate,
        began=now.isoformat(),
        ends=ends.isoformat(),
        last=last.isoformat(),
        number=before.number + 1 if before and goes_on else 1,
        evidence=before.evidence if before and goes_on else Evidence(),
        other_pairs=before.other_pairs if before and goes_on else (),
        red_before=before.red_before if before and goes_on else (),
        logged=before.logged if before and goes_on else (),
    )


def with_evidence(state: GateState, evidence: Sequence[Evidence]) -> GateState:
    """Return the state with a gate's evidence for each pair of target groups."""
    first, *others = map(_told, evidence)
    return replace(state, evidence=first, other_pairs=tuple(others))


def _told(evidence: Evidence) -> Evidence:
    """JSON has no infinity: no evidence at all is none."""
    return replace(
        evidence,
        errors=_finite(evidence.errors),
        latency=_finite(evidence.latency),
        log_errors=_finite(evidence.log_errors),
        refusals=_finite(evidence.refusals),
    )


def settle(
    verdict: Verdict, state: GateState, settings: Strategy, now: datetime, *, lacks_traffic: bool = False
) -> Verdict:
    """Return the verdict of a look, with the time of the next one; at the gate's end, decide in case of doubt.

    Only too little traffic may let a release go on undecided, if the settings say so. A failed read or measurement
    never does (argoproj/argo-rollouts#3850), and it never fails a release while ECS still pauses and AWS is only busy.
    """
    if verdict.state != State.WAIT:
        return verdict
    ends = state.last_at if verdict.code == BUSY else state.ends_at
    left = math.ceil((ends - now).total_seconds())
    if left > 0:
        lasted = round((now - state.began_at).total_seconds())
        pace = max(verdict.retry_after, min(lasted // shifting_looks.SHARE, shifting_looks.LONGEST_WAIT))
        told = f"gate {state.gate!r}, {left} s left: {verdict.reason}"
        return wait(verdict.code, told, max(1, min(pace, left)))
    if lacks_traffic and settings.undecided == "go_on":
        return passed(WENT_ON, f"gate {state.gate!r} continued undecided, as the settings say: {verdict.reason}")
    code = UNDECIDED if lacks_traffic else TIMEOUT
    return failed(code, f"gate {state.gate!r} could not be decided by {ends.isoformat()}: {verdict.reason}")


def unread(code: str, what: str, error: AwsCallFailed, seconds: int) -> Verdict:
    """Return the verdict of a look that could not read something: to wait, with BUSY as its code if AWS is busy."""
    return wait(BUSY if isinstance(error, AwsBusy) else code, f"{what} could not be read: {error}", seconds)


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
