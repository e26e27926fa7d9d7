"""The gate before production traffic: the new tasks, then the smoke test through the test listener, then a comparison.

Each look does one of the three, so that a step ends within its time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from landfall import smoke
from landfall.gates.comparison import Difference
from landfall.gates.gate_state import GateState
from landfall.judging import Judged
from landfall.model import UNKNOWN, State, Verdict, failed, passed, wait
from landfall.proof.followed import Followed
from landfall.proof.observed import ServiceView
from landfall.runtime.world import World
from landfall.settings import Service
from landfall.smoke.case import Check
from landfall.steps.shifting import gate_comparison, gate_tasks
from landfall.steps.shifting.gate_comparison import test_url

HEALTHY, ANSWERED = "healthy", "answered"
SOON = 1
"""Seconds until the next of the three."""
NOTHING_BEFORE = "no tasks ran before this release, so there is nothing to compare it with"
NOT_HERE = "https only"
"""A smoke check that applies only to the production address: a test listener has no port for plain HTTP."""


@dataclass(frozen=True)
class SeenBefore:
    """The verdict, the state for the next look, the smoke checks if they ran, and the differences from blue."""

    verdict: Verdict
    state: GateState
    checks: tuple[Check, ...] = ()
    differences: tuple[Difference, ...] = ()


def assess(event: Judged, state: GateState, service: ServiceView, followed: Followed, world: World) -> SeenBefore:
    """Prove the new tasks before users reach them."""
    healthy = gate_tasks.assess(event, service, followed, gate_tasks.read(event, world), world)
    if healthy.state != State.PASS:
        return SeenBefore(healthy, state)
    if state.phase == "":
        return SeenBefore(wait("GREEN_HEALTHY", healthy.reason, SOON), replace(state, phase=HEALTHY))
    settings = world.service(event.release.service)
    if state.phase == HEALTHY:
        return _asked(event, state, settings, world)
    if event.baseline.desired_count == 0:
        return SeenBefore(passed(gate_comparison.PASSED, NOTHING_BEFORE), replace(state, said=NOTHING_BEFORE))
    verdict, said, found = gate_comparison.assess(event, settings, world)
    return SeenBefore(verdict, replace(state, said=said), differences=found)


def _asked(event: Judged, state: GateState, settings: Service, world: World) -> SeenBefore:
    """Run the smoke test through the test listener. It must serve our commit there."""
    strategy, sha = settings.strategy, event.deployment.git_sha
    assert strategy is not None  # noqa: S101  a gate is of a strategy
    if sha == UNKNOWN:
        return SeenBefore(failed("NO_SHA", "the release's commit is not known"), state)
    own = replace(settings.smoke, skip=tuple({*settings.smoke.skip, NOT_HERE}))
    here = replace(settings, smoke=own)
    headers = tuple(strategy.test_headers.items())
    answers = world.ask(
        here, test_url(event, strategy), world.secrets(settings), event.deployment.desired_count, headers
    )
    results = smoke.checks(answers, sha, own)
    results += smoke.schema_checks(answers, own, settings.schema_path, event.release.schema_version)
    verdict = smoke.assess(results, {}, event.release.limits, answers.retry_after)
    if verdict.state != State.PASS:
        return SeenBefore(replace(verdict, reason=f"through the test listener: {verdict.reason}"), state, results)
    told = wait("GREEN_ANSWERED", f"through the test listener: {verdict.reason}", SOON)
    return SeenBefore(told, replace(state, phase=ANSWERED), results)
