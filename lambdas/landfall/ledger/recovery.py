"""What is left to do about a deployment whose execution is gone: stopped, timed out, or dead at its end."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from landfall import chain, wire
from landfall.abort import aborted
from landfall.errors import InvalidStepInput, StepOutputTooLarge, UnreadableRecord
from landfall.ledger.deployment_record import Ended, without_record
from landfall.ledger.execution_history import Event
from landfall.model import UNKNOWN, Baseline, Deployment, Failure, Kind, Outcome, Release, Verdict, failed, passed
from landfall.text.shortened import shortened
from landfall.wire import OUTPUT_LIMIT, parse

_T = TypeVar("_T")

SUCCEEDED_IN = {"Succeeded": Outcome.SUCCEEDED, "NoChange": Outcome.NO_CHANGE, "Skipped": Outcome.SKIPPED}
"""The states of the machine in which an execution ends well, and what they mean."""

MOST = 3
"""Recoveries of one deployment before a person is asked."""

RESERVED = 2048
"""Bytes of a recovery's answer for all but release and baseline: two reasons of its own words, and two revisions."""

MOST_REASON = 500
"""Characters of the reason that led back, of which the record has the whole verdict in its timeline."""

SWEEP_EVERY = timedelta(minutes=15)
PATIENCE = SWEEP_EVERY * (MOST + 1)
"""By then every recovery has had its turn: what is still left to do is left for a person."""


@dataclass(frozen=True)
class Progress:
    """How far a deployment had come, written down right before its first change."""

    baseline: Baseline
    deployment: Deployment


@dataclass(frozen=True)
class Plan:
    """What a recovery does. `verdict.code` is the way: RECOVER, FINISH, EXHAUSTED, STOPPED or IGNORED."""

    verdict: Verdict
    ended: Ended | None = None


def plan(
    record: Mapping[str, Any] | None,
    status: str | None,
    other: str | None,
    last_state: str | None,
    led_back: Failure | None = None,
) -> Plan:
    """Decide by the record, by its execution's status, and by that of the recovery that was there before.

    An execution that succeeded without closing its record (its Report failed) tells its outcome by `last_state`.
    `led_back` is why one that was aborted was going back already: an abort must not hide what its release did wrong.
    """
    if record is None:
        return _ignored("it left no record")
    if "unfinished" not in record:
        return _ignored("nothing is left to do about it")
    if "RUNNING" in (status, other):
        return _ignored("it is still running, or being recovered already")
    if "outcome" in record:
        return Plan(passed("FINISH", "the record is closed; report, notification or lock are left"), _ended(record))
    release = replace(_read(Release, record, "release"), fence=_count(record, "fence"))
    progress = _read(Progress, record, "progress") if "progress" in record else None
    reason = _reason(record, status)
    failure = Failure("Recovery", "EXECUTION_STOPPED", reason)
    if led_back:
        failure = replace(led_back, reason=f"{shortened(led_back.reason, MOST_REASON)}; then: {reason}")
    if last_state in SUCCEEDED_IN:
        told = passed("EXECUTION_SUCCEEDED", f"execution {record.get('execution_arn')} succeeded, but could not report")
        known = (progress.baseline, progress.deployment) if progress else (None, None)
        return Plan(passed("FINISH", told.reason), Ended(release, SUCCEEDED_IN[last_state], told, *known))
    if progress is None:
        nothing = failed("STOPPED", f"{reason}; nothing was touched")
        return Plan(nothing, Ended(release, Outcome.REJECTED, nothing))
    ended = Ended(release, Outcome.ROLLBACK_FAILED, _stopped(reason), progress.baseline, progress.deployment, failure)
    if _count(record, "recoveries") >= MOST:
        return Plan(passed("EXHAUSTED", f"{reason}, and {MOST} recoveries did not close it"), ended)
    return Plan(passed("RECOVER", reason), ended)


def _reason(record: Mapping[str, Any], status: str | None) -> str:
    """Say why there is something to recover: whoever aborted the deployment comes first."""
    ended = f"execution {record.get('execution_arn')} ended {status or 'and is gone'} without an outcome"
    known = aborted.read(record)
    if known is None:
        return ended
    # StopExecution leaves ABORTED; one that timed out or failed died of that, whoever asked to abort it
    stopped = status in (None, "ABORTED")
    words = aborted.told(known, stopped=stopped)
    return f"{words}; {ended}" if stopped else f"{ended}; {words}"


def led_back(found: Iterable[Event]) -> Failure | None:
    """Return why an execution had begun to go back, by its history; None where it had not."""
    before: Event | None = None
    for event in found:
        if event.state == "Rollback":
            break
        before = event if event.verdict or event.error else before
    else:
        return None
    if before is None:
        return None
    verdict = before.verdict or {"code": "STEP_FAILED", "reason": before.error}
    return Failure(before.state, str(verdict["code"]), str(verdict["reason"]))


def carried(plan: Plan) -> Ended:
    """Return of what a plan knows what the machine needs on its way, and no list that only the report tells.

    What is left out is in the deployment's own record, by whose id `completed` finds it again. A way that leads to the
    report alone carries ids and words; only the way back needs what ran before, and what is to be undone.
    """
    known = plan.ended
    if known is None:
        raise ValueError(f"{plan.verdict.code}: there is nothing to carry")
    baseline, deployment = None, None
    if plan.verdict.code == "RECOVER" and known.baseline and known.deployment:
        baseline = _needed(known.baseline)
        deployment = replace(known.deployment, digests={}, health_checked=())
    bare = replace(without_record(known), checks=())
    return replace(bare, release=_named(known.release), baseline=baseline, deployment=deployment)


def completed(ended: Ended, record: Mapping[str, Any] | None) -> Ended:
    """Return how a deployment ended with what a recovery left out, from its record. Whatever is whole stays as it is.

    A record that is closed says itself how it ended. One that can't be read adds nothing.
    """
    if record is None or ended.release.image:
        return ended
    try:
        if record.get("outcome") == ended.outcome:
            return _ended(record)
        release = replace(_read(Release, record, "release"), fence=ended.release.fence)
        progress = _read(Progress, record, "progress") if "progress" in record else None
    except UnreadableRecord:
        return ended
    if progress is None:
        return replace(ended, release=release)
    back = ended.deployment if ended.deployment and ended.deployment.kind == Kind.ROLLBACK else None
    return replace(ended, release=release, baseline=progress.baseline, deployment=back or progress.deployment)


def must_fit(release: Release, baseline: Baseline) -> None:
    """Raise StepOutputTooLarge where a recovery's answer had no room for the way back: then none is to be begun."""
    needed = {"release": asdict(_named(release)), "baseline": asdict(_needed(baseline))}
    size, most = wire.size(wire.packed(needed)), OUTPUT_LIMIT - RESERVED
    if size > most:
        raise StepOutputTooLarge(
            f"what a recovery must know of what runs takes {size} bytes, and {most} are the most: deregister dead "
            f"targets ({len(baseline.dead_targets)}), or shorten the names of containers ({len(baseline.digests)})"
        )


def _needed(baseline: Baseline) -> Baseline:
    return replace(baseline, restores="", warnings=())


def _named(release: Release) -> Release:
    """Return a release without what only its record needs to say."""
    told = replace(release, reason="", requested_by=UNKNOWN, asked=None, asked_too=(), came="")
    return replace(told, repository="", image="", accepted_digests=(), revision="")


def given_up(record: Mapping[str, Any], now: datetime) -> bool:
    """Say whether to leave a record for now: what is left was tried often enough, and a person was told.

    Trying at each sweep would only cost. The first sweep of a day still tries where the outcome is settled, and the
    first of an hour where it is not: an outage that kept every recovery from beginning has an end.
    """
    settled = "outcome" in record
    begun = timedelta(hours=now.hour if settled else 0, minutes=now.minute)
    enough = tried(record) >= MOST if settled else swept_enough(record)
    return enough and begun >= SWEEP_EVERY


def tried(record: Mapping[str, Any]) -> int:
    """Return how many recoveries were tried: as they counted themselves, or as the sweep that started them did."""
    return max(_number(record, "recoveries"), _number(record, "swept"))


def swept_enough(record: Mapping[str, Any]) -> bool:
    """Say whether the sweep started as many recoveries as there may be, the last of which gives up, and all in vain."""
    return _number(record, "swept") > MOST


def _number(record: Mapping[str, Any], name: str) -> int:
    """Return a count; what somebody wrote there that is no number counts as tried often enough."""
    found = chain.integer(record.get(name, 0))
    return MOST + 1 if found is None else found


def _ignored(why: str) -> Plan:
    return Plan(passed("IGNORED", why))


def _stopped(reason: str) -> Verdict:
    return failed("EXECUTION_STOPPED", reason)


def _ended(record: Mapping[str, Any]) -> Ended:
    return _read(Ended, record, "ended")


def _read(kind: type[_T], record: Mapping[str, Any], name: str) -> _T:
    """Read what a record holds as text. Raises UnreadableRecord: a record may be old, or changed by hand."""
    try:
        return parse(kind, json.loads(record[name]))
    except (InvalidStepInput, KeyError, TypeError, ValueError, RecursionError) as error:
        raise UnreadableRecord(f"{_called(record)}: {name!r} can't be read: {error!r}"[:500]) from error


def _count(record: Mapping[str, Any], name: str) -> int:
    try:
        return int(record.get(name, 0))
    except (TypeError, ValueError, ArithmeticError) as error:
        raise UnreadableRecord(f"{_called(record)}: {name!r} is no number: {record[name]!r}"[:500]) from error


def _called(record: Mapping[str, Any]) -> str:
    return f"ledger record {record.get('deployment_id')!r}"
