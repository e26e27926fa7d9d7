"""SmokeTest: does the service answer, with our SHA, and well?"""

from __future__ import annotations

from dataclasses import dataclass

from landfall import commit, smoke
from landfall.judging import Judged
from landfall.model import UNKNOWN, Kind, Verdict, failed
from landfall.runtime.step import step
from landfall.runtime.world import World
from landfall.smoke import lingering
from landfall.smoke.case import Check


@dataclass(frozen=True)
class Output:
    """The verdict of the round of requests, and the result of each check."""

    verdict: Verdict
    checks: tuple[Check, ...]


def run(event: Judged, world: World) -> Output:
    """Ask once. A baseline must answer no worse than it did before the update (law 2)."""
    settings = world.service(event.release.service)
    forward = event.deployment.kind == Kind.RELEASE
    if forward and event.deployment.git_sha == UNKNOWN:
        return Output(failed("NO_SHA", "the release's commit is not known, so nothing could prove it"), ())
    tasks = event.deployment.desired_count
    answers = world.ask(settings, event.baseline.base_url, world.secrets(settings), tasks)
    before = event.baseline.git_sha if forward else UNKNOWN
    results = smoke.checks(answers, event.deployment.git_sha, settings.smoke, before)
    if forward:  # the way back can't undo a migration
        results += smoke.schema_checks(answers, settings.smoke, settings.schema_path, event.release.schema_version)
    as_it_ran = not forward and commit.same(event.deployment.git_sha, event.baseline.git_sha)
    allowed = event.baseline.checks if as_it_ran else {}
    verdict = smoke.assess(results, allowed, event.release.limits, answers.retry_after)
    if event.baseline.lingers:
        verdict = lingering.patient(verdict, results, event.release.limits)
    return Output(verdict, results)


handler = step(Judged, run)
