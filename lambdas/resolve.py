"""Resolve: what is asked for, and does it exist? Opens the ledger record."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from landfall import naming
from landfall.aws.ledger import Record
from landfall.errors import InvalidRequest
from landfall.intake import request, same_push, unreadable_request
from landfall.intake.request import Recovery
from landfall.ledger import deployment_record, recovery
from landfall.model import (
    UNKNOWN,
    UNKNOWN_SERVICE,
    Baseline,
    Deployment,
    Failure,
    Outcome,
    Release,
    State,
    Verdict,
    failed,
    passed,
)
from landfall.runtime.step import step
from landfall.runtime.world import World
from landfall.smoke.case import Check
from landfall.steps import resolution

IGNORED = "IGNORED"


@dataclass(frozen=True)
class Execution:
    """The Step Functions execution that is this deployment."""

    arn: str
    deployment_id: str
    started_at: str


@dataclass(frozen=True)
class Input:
    """The execution's own input, as it came, and the execution."""

    input: Any
    execution: Execution


@dataclass(frozen=True)
class Output:
    """`way` is RESOLVED with a release to deploy, IGNORED for an event that is none, or why a request can't be.

    For a recovery it says what is left to do, and the rest is what the lost execution knew.
    """

    way: str
    verdict: Verdict
    release: Release
    outcome: Outcome | None = None
    baseline: Baseline | None = None
    deployment: Deployment | None = None
    failure: Failure | None = None
    checks: tuple[Check, ...] = ()


def run(event: Input, world: World) -> Output:
    """Resolve the input into a release, and record that it was asked for."""
    release = Release(
        service=UNKNOWN_SERVICE,
        deployment_id=event.execution.deployment_id,
        execution_arn=event.execution.arn,
        requested_at=event.execution.started_at,
        started_at=event.execution.started_at,
    )
    try:
        wanted = request.read(event.input, world.settings)
    except InvalidRequest as error:
        return _recorded(world, _unread(release, event.input, world), failed(error.code, str(error)))
    if isinstance(wanted, request.Ignored):
        return Output(IGNORED, passed(IGNORED, wanted.why), release)
    if isinstance(wanted, Recovery):
        return _recovery(release, wanted, world)
    release = resolution.asked(release, wanted)
    try:
        release, said = resolution.found(release, wanted, world)
    except InvalidRequest as error:
        named = resolution.with_requests(replace(release, git_sha=wanted.commit or UNKNOWN), world)
        return _recorded(world, replace(named, git_sha=release.git_sha), failed(error.code, str(error)))
    if wanted.is_event:
        records = world.ledger.since(release.service, same_push.since(release))
        if begun := same_push.begun(release, records):
            return Output(IGNORED, passed(IGNORED, begun), release)
    release = resolution.with_requests(release, world)
    verdict = passed("RESOLVED", f"{release.git_sha} is {release.image_digest}")
    return _recorded(world, release, verdict, said.fields(world.settings.redaction.kinds))


def _recovery(mine: Release, wanted: Recovery, world: World) -> Output:
    """Find out what the lost execution left to do, and become the one that does it."""
    ledger, status = world.ledger, world.executions.status
    by_name = (wanted.service, wanted.deployment_id)
    record = ledger.of_execution(wanted.execution_arn) if wanted.execution_arn else ledger.record(*by_name)
    if record is None and wanted.execution_arn:
        record = opened_late(wanted.execution_arn, world)
    other = record.get("recovered_by") if record else None
    another = status(other) if other and other != mine.execution_arn else None
    last = None
    if record and (ended_as := status(str(record.get("execution_arn", "")))) == "SUCCEEDED":
        last = world.executions.events(record["execution_arn"])[-1].state
    plan = recovery.plan(record, ended_as if record else None, another, last)
    if record is None or plan.ended is None:
        return Output(IGNORED, plan.verdict, mine)
    if not ledger.claim_recovery(record, mine.execution_arn):
        return Output(IGNORED, passed(IGNORED, "another execution recovers it"), mine)
    lost = plan.ended.release
    lock = world.locks.read(lost.service)
    held = lock is not None and lock.deployment_id == lost.deployment_id
    return recovering(plan, lock.fence if lock and held else 0)


def recovering(plan: recovery.Plan, fence: int = 0) -> Output:
    """Return the answer of a recovery. `fence` is that of the lock, where the lost deployment holds it.

    It may be younger than the record knows: its execution was lost right after it took it.
    """
    ended = recovery.carried(plan)
    release = replace(ended.release, fence=max(fence, ended.release.fence))
    return Output(
        way=plan.verdict.code,
        # what a Lambda began before its execution was stopped still takes effect: that is waited out
        verdict=replace(ended.verdict, retry_after=release.limits.recovery_wait_seconds),
        release=release,
        outcome=ended.outcome,
        baseline=ended.baseline,
        deployment=ended.deployment,
        failure=ended.failure,
    )


def opened_late(execution_arn: str, world: World) -> Record | None:
    """Open the record of an execution that was gone before it could do so itself; None for one that leaves none.

    The index that knows no record of it may lag: one that is there stays as it is.
    """
    if world.executions.status(execution_arn) in (None, "RUNNING"):
        return None
    lost = world.executions.begun(execution_arn)
    release = Release(
        service=UNKNOWN_SERVICE,
        deployment_id=naming.deployment(lost.name, lost.started_at),
        execution_arn=execution_arn,
        requested_at=lost.started_at,
        started_at=lost.started_at,
    )
    try:
        wanted = request.read(lost.document, world.settings)
    except InvalidRequest:
        release = _unread(release, lost.document, world)
    else:
        if isinstance(wanted, Recovery):
            return _of_whom_it_was_to_recover(wanted, world)
        if isinstance(wanted, request.Ignored):
            return None
        # what it named, unverified: a push that somebody stopped is known, and not taken for one that was lost
        sha, digest = wanted.commit or UNKNOWN, wanted.image_digest or UNKNOWN
        release = replace(resolution.asked(release, wanted), git_sha=sha, image_digest=digest)
        release = resolution.with_requests(release, world)
    # closed by its own Report meanwhile, which knew no service: one execution leaves one record
    if known := world.ledger.record(UNKNOWN_SERVICE, release.deployment_id):
        return known
    world.ledger.open(deployment_record.opened(release) | {"doomed": True})
    return world.ledger.record(release.service, release.deployment_id)


def _of_whom_it_was_to_recover(gone: Recovery, world: World) -> Record | None:
    """Open the record that a recovery was to open, and was gone too. The sweep comes back for one that there is."""
    if not gone.execution_arn or world.ledger.of_execution(gone.execution_arn):
        return None
    return opened_late(gone.execution_arn, world)


def _recorded(world: World, release: Release, verdict: Verdict, said: Record | None = None) -> Output:
    # one that is rejected right away must neither overtake nor hold up anybody until its record is closed
    doomed = {"doomed": True} if verdict.state == State.FAIL else {}
    world.ledger.open(deployment_record.opened(release) | doomed | (said or {}))
    return Output(verdict.code, verdict, release)


def _unread(release: Release, document: Any, world: World) -> Release:
    """Record a bad request under its service where that at least is known, with who asked as far as it tells."""
    name = document.get("service") if isinstance(document, dict) else None
    told = unreadable_request.read(document, release.execution_arn.rpartition(":")[2], world.settings.redaction.kinds)
    release = replace(release, requested_by=told.requested_by, reason=told.reason, came=told.came)
    return replace(release, service=name) if isinstance(name, str) and world.settings.named(name) else release


handler = step(Input, run)
