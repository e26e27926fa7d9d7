"""AfterCheck: asks the function of the service's owner whether a release that is proven may stay."""

from __future__ import annotations

from dataclasses import dataclass

from landfall.model import Verdict
from landfall.runtime.step import step
from landfall.runtime.world import World
from landfall.steps.after import function_call
from landfall.steps.after.function_call import Proven


@dataclass(frozen=True)
class Output:
    """PASS if it accepted, FAIL if it refused or gave no answer in time, WAIT to ask again."""

    verdict: Verdict


def run(event: Proven, world: World) -> Output:
    """Ask once. It changes nothing but the record."""
    return Output(function_call.assess(event, world))


handler = step(Proven, run)
