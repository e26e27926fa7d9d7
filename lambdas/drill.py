"""Drill: begins a service's drill on a schedule; every minute, starts the way forward of drills that went back."""

from __future__ import annotations

from dataclasses import dataclass

from landfall.errors import StepError
from landfall.runtime.one_by_one import for_each
from landfall.runtime.step import logger, step
from landfall.runtime.world import World
from landfall.steps.drills import drilling


@dataclass(frozen=True)
class DrillInput:
    """The service whose drill begins now; empty to start only ways forward."""

    service: str = ""


@dataclass(frozen=True)
class Output:
    """The way back that was started, or why none was, and how many ways forward were started."""

    started: str = ""
    refused: str = ""
    forward: int = 0


def run(event: DrillInput, world: World) -> Output:
    """Begin a drill, or continue the unfinished ones. Safe to repeat: each execution has a name of its own."""
    if event.service:
        begun = drilling.began(world.service(event.service), world)
        if isinstance(begun, str):
            return Output(started=begun)
        logger.warning("no drill begins", extra={"code": begun.code, "why": begun.why})
        return Output(refused=f"{begun.code}: {begun.why}")
    with_drills = [service for service in world.settings.services if service.drill]
    forward, stuck = for_each(
        with_drills,
        lambda each: drilling.went_forward(each, world),
        lambda each: each.name,
        "a drill was not continued",
    )
    if stuck:
        raise StepError(f"{stuck} drills could not be continued; the next look tries again")
    return Output(forward=forward)


handler = step(DrillInput, run)
