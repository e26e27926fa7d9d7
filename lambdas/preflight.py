"""Preflight: may the service be deployed to, what runs there now, and is the release live already?"""

from __future__ import annotations

from dataclasses import dataclass

from landfall.model import Baseline, Release, Verdict
from landfall.runtime.step import step
from landfall.runtime.world import World
from landfall.steps.preflight import preflight_sequence
from landfall.steps.preflight.preflight_reads import Beforehand


@dataclass(frozen=True)
class PreflightInput:
    """The requested release, and the numbers of this look and of the look at the scan; the last look never waits."""

    release: Release
    attempt: int = 1
    scans: int = 1


@dataclass(frozen=True)
class Output:
    """PASS `READY` or `ALREADY_LIVE`, with the baseline; WAIT for another look; or FAIL, and nothing was touched."""

    verdict: Verdict
    baseline: Baseline | None = None


def run(event: PreflightInput, world: World) -> Output:
    """Run every check, and change nothing."""
    return Output(*preflight_sequence.assess(Beforehand(event.release, world, event.scans), world, event.attempt))


handler = step(PreflightInput, run)
