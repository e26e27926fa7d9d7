"""Confirm: the last look before the word "proven". What was true one state ago may no longer be true.

It is the same look as CheckTargetHealth takes, with a role of its own. Services that ask for it have their logs judged.
"""

from __future__ import annotations

from landfall import worker
from landfall.judging import Judged, Judgement
from landfall.model import Kind, State, passed
from landfall.runtime.step import step
from landfall.runtime.world import World
from landfall.steps import law1_look, log_gate


def run(event: Judged, world: World) -> Judgement:
    """Look once more. On the way back it does not judge the logs."""
    looked = law1_look.assess(event, world)
    if looked.state == State.PASS and event.release.is_worker:
        looked = worker.confirmed(looked, event.previous)
    settings = world.service(event.release.service)
    if looked.state != State.PASS or event.deployment.kind != Kind.RELEASE or not settings.logs.gate:
        return Judgement(looked)
    written = log_gate.assess(event, settings, world)
    if written.state != State.PASS:
        return Judgement(written)
    return Judgement(passed(looked.code, f"{looked.reason}; {written.reason}"))


handler = step(Judged, run)
