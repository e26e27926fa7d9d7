"""Calls the after-check's function, and records each call and its answer before it acts on the answer."""

from __future__ import annotations

from dataclasses import dataclass

from landfall import redaction
from landfall.after import function_answers, inquiry, judgement
from landfall.after.inquiry import Inquiry
from landfall.after.judgement import Due
from landfall.aws.events import SOURCE
from landfall.aws.functions.after_function import AfterFunction
from landfall.change import update_result
from landfall.errors import AwsCallFailed, StepError
from landfall.model import Baseline, Deployment, Release, Verdict
from landfall.runtime.step import logger
from landfall.runtime.world import World
from landfall.steps import open_record
from landfall.steps.open_record import Field
from landfall.telling import proven_event


@dataclass(frozen=True)
class Proven:
    """The release whose proofs have passed."""

    release: Release
    baseline: Baseline
    deployment: Deployment


def assess(event: Proven, world: World) -> Verdict:
    """Look once, and call the function if a call is due. Safe to repeat: each answer is in the record."""
    release = event.release
    settings = world.service(release.service).after
    if settings is None:
        raise StepError(f"[services.{release.service}.after] is not in services.toml any more")
    record = open_record.read(release, world)
    before, field = inquiry.read(record), open_record.field(release, world, inquiry.FIELD, record)
    function = world.after_function(settings.function)
    known = before or inquiry.begun(settings, _time_limit(function), world.now())
    now_due = judgement.due(known, world.now())
    if now_due.verdict:
        return _noted(now_due, before, field)
    if not world.holds_lock(release):
        return update_result.lock_lost()
    return _called(event, now_due, function, field)


def _called(event: Proven, now_due: Due, function: AfterFunction, field: Field) -> Verdict:
    release, world, poll = event.release, field.world, event.release.limits.stability_poll_seconds
    intended = judgement.called(now_due.inquiry, world.now())
    field.write(inquiry.written(intended))
    detail = proven_event.detail(release, event.baseline, event.deployment, intended)
    document = {"source": SOURCE, "detail-type": proven_event.DETAIL_TYPE, "detail": detail}
    reply = function.call(document, now_due.seconds)
    kinds = world.settings.redaction.strictest
    answer = function_answers.read(reply, lambda text: redaction.redacted(text, kinds))
    return _noted(judgement.answered(intended, answer, world.now(), poll), intended, field)


def _noted(found: Due, before: Inquiry | None, field: Field) -> Verdict:
    assert found.verdict is not None  # noqa: S101  the callers make sure
    if found.inquiry != before:
        field.write(inquiry.written(found.inquiry))
    return found.verdict


def _time_limit(function: AfterFunction) -> int:
    """Return the function's own time limit; 0 if it can't be read. It only says how long a lost call may run."""
    try:
        return function.time_limit()
    except AwsCallFailed as error:
        logger.warning("the time limit of the after-check was not read", extra={"why": str(error)})
        return 0
