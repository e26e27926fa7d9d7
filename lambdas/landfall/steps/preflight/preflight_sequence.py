"""May a service be deployed to now? Every check before anything is changed (law 3), in order."""

from __future__ import annotations

from collections.abc import Iterator

from landfall.model import Baseline, Verdict, passed
from landfall.preflight_checks import provable, second_look, supported_service, way_back
from landfall.preflight_checks.second_look import unless_passing
from landfall.runtime.world import World
from landfall.steps.preflight.preflight_reads import Beforehand

READY, LIVE = "READY", "ALREADY_LIVE"


def assess(before: Beforehand, world: World, attempt: int) -> tuple[Verdict, Baseline | None]:
    """Return PASS `READY` or `ALREADY_LIVE` with the baseline, WAIT for another look, or FAIL. Changes nothing."""
    release = before.release
    refusal = next((verdict for verdict in _refusals(before, world, attempt) if verdict), None)
    if refusal:
        return refusal, None
    if before.is_live():
        return passed(LIVE, f"{release.git_sha} is live already, and proven again{before.unproven}"), before.baseline
    lost = second_look.unanswered(before.asked_of, attempt, release.limits)
    unprovable = lost or before.unsettled(attempt) or before.no_http()
    if unprovable:
        return unprovable, None
    serving = sum(t.serves for t in before.look.tasks)
    runs = f"{serving} of {before.service.desired} tasks of {before.service.task_definition}"
    does = "of" if before.settings.worker else "serving"
    return passed(READY, f"baseline is {runs}, {does} {before.baseline.git_sha}"), before.baseline


def _refusals(before: Beforehand, world: World, attempt: int) -> Iterator[Verdict | None]:
    """Yield the result of each check. The first refusal counts: a check runs only if the ones before it passed.

    Checks of states that may pass by themselves come last, and may ask for another look: nobody waits for a release
    that is refused anyway.
    """
    settings, limits = before.settings, before.release.limits
    yield before.frozen()
    yield before.drill_refusal()
    yield None if before.found else supported_service.missing(settings)
    yield unless_passing(provable.odd_status(before.service), attempt, limits)
    yield before.drill_by_hand()
    yield before.paused()
    yield supported_service.refusal(before.service, settings, world.now())
    yield unless_passing(provable.unreadable(before.service), attempt, limits)
    yield unless_passing(before.shifted_nowhere(), attempt, limits)
    yield supported_service.wrong_group(before.groups, settings)
    yield supported_service.wrong_container(before.template, settings)
    yield supported_service.other_images(before.template, settings, before.release)
    yield before.unreadable_logs()
    yield supported_service.unreadable_secret(settings, before.known)
    yield before.missing_platform()
    yield before.missing_schema_label()
    yield unless_passing(before.unusable_after_check(), attempt, limits)
    yield before.base_url if isinstance(before.base_url, Verdict) else None
    yield supported_service.no_way_back(before.template, before.look.tasks, before.digests, settings)
    if settings.way_back == "refuse":
        yield way_back.refusal(before.way_back_problems, before.service.task_definition)
    yield before.scanned.verdict
    yield unless_passing(provable.problem(before.look), attempt, limits)
    # check for a freeze once more, as the last step before any change: the requests to the service took some time
    yield before.frozen() if before.baseline else None
