"""Preflight: may the service be deployed to, what runs there now, and is the release live already?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from landfall import preflight, provable, second_look, way_back
from landfall.beforehand import Beforehand
from landfall.model import Baseline, Release, Verdict, passed
from landfall.second_look import unless_passing
from landfall.step import step
from landfall.world import World


@dataclass(frozen=True)
class Input:
    """The release that is asked for, and which look this is; after the last one there is no WAIT."""

    release: Release
    attempt: int = 1


@dataclass(frozen=True)
class Output:
    """PASS `READY` or `ALREADY_LIVE`, with the baseline; WAIT for another look; or FAIL, and nothing was touched."""

    verdict: Verdict
    baseline: Baseline | None = None


def run(event: Input, world: World) -> Output:
    """Look at everything, change nothing."""
    before, limits = Beforehand(event.release, world), event.release.limits
    refusal = next((verdict for verdict in _refusals(before, world, event.attempt) if verdict), None)
    if refusal:
        return Output(refusal)
    if before.is_live():
        again = passed("ALREADY_LIVE", f"{event.release.git_sha} is live already, and proven again")
        return Output(again, before.baseline)
    lost = second_look.unanswered(before.asked_of, event.attempt, limits)
    if lost:
        return Output(lost)
    serving = sum(t.serves for t in before.look.tasks)
    runs = f"{serving} of {before.service.desired} tasks of {before.service.task_definition}"
    return Output(passed("READY", f"baseline is {runs}, serving {before.baseline.git_sha}"), before.baseline)


def _refusals(before: Beforehand, world: World, attempt: int) -> Iterator[Verdict | None]:
    """Yield what each check says, the first refusal of which counts: a check is made only if those before it passed.

    What may pass by itself is last, and asked to be looked at again: nobody waits for what is refused anyway.
    """
    settings, limits = before.settings, before.release.limits
    yield before.frozen()
    yield None if before.found else preflight.missing(settings)
    yield unless_passing(provable.odd_status(before.service), attempt, limits)
    yield preflight.refusal(before.service, settings, world.now())
    yield unless_passing(provable.unreadable(before.service), attempt, limits)
    yield preflight.wrong_container(before.template, settings)
    yield preflight.other_images(before.template, settings, before.release)
    yield before.unreadable_logs()
    yield preflight.unreadable_secret(settings, before.known)
    yield before.missing_platform()
    yield before.base_url if isinstance(before.base_url, Verdict) else None
    yield preflight.no_way_back(before.template, before.look.tasks, before.digests, settings)
    if settings.way_back == "refuse":
        yield way_back.refusal(before.way_back_problems, before.service.task_definition)
    yield unless_passing(provable.problem(before.look), attempt, limits)
    # a freeze once more, as late as it can be said that nothing was touched: asking the service took its time
    yield before.frozen() if before.baseline else None


handler = step(Input, run)
