"""The ledger record of a deployment: what was asked for, what was seen, how it ended; and the words for it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, assert_never

from landfall import redaction, worker
from landfall.abort import aborted
from landfall.abort.aborted import Aborted
from landfall.after import inquiry
from landfall.after.inquiry import Inquiry
from landfall.approval import approval
from landfall.approval.approval import Approval
from landfall.intake import recorded_requests
from landfall.ledger import YES
from landfall.migration import migration, migration_words
from landfall.migration.migration import Migration
from landfall.model import UNKNOWN, Baseline, Deployment, Failure, Outcome, Release, Verdict
from landfall.redaction import Redacts
from landfall.smoke.case import SKIP, Check
from landfall.worker import progress

SCHEMA = 2
"""Of records. Since 2 a closed record is sealed into its service's chain."""


@dataclass(frozen=True)
class Ended:
    """Everything the machine knows at the end. What a deployment never reached is None.

    The machine carries no `migration`, `after_check`, `approval` or `abort`: they are in the record; `with_record` adds
    them.
    """

    release: Release
    outcome: Outcome
    verdict: Verdict
    baseline: Baseline | None = None
    deployment: Deployment | None = None
    failure: Failure | None = None
    checks: tuple[Check, ...] = ()
    migration: Migration | None = None
    after_check: Inquiry | None = None
    approval: Approval | None = None
    abort: Aborted | None = None


def with_record(ended: Ended, record: Mapping[str, Any] | None) -> Ended:
    """Return how a deployment ended with what its record says: migration, after-check, sign-off, abort."""
    return replace(
        ended,
        migration=migration.read(record),
        after_check=inquiry.read(record),
        approval=approval.read(record),
        abort=aborted.read(record),
    )


def without_record(ended: Ended) -> Ended:
    """Return how a deployment ended without what `with_record` adds."""
    return with_record(ended, None)


def opened(release: Release, *, doomed: bool = False) -> dict[str, Any]:
    """Return the ledger record of a deployment that begins. It has no `outcome` yet.

    A request that is rejected right away is `doomed`: it must neither overtake nor hold up others until it is closed.
    """
    return {
        "service": release.service,
        "deployment_id": release.deployment_id,
        "schema": SCHEMA,
        "execution_arn": release.execution_arn,
        # sort keys of indexes: DynamoDB refuses to write an item whose index key is empty (developer guide, GSI)
        "git_sha": release.git_sha or UNKNOWN,
        "image_digest": release.image_digest or UNKNOWN,
        "intent": release.intent.value,
        "reason": release.reason,
        "requested_by": release.requested_by,
        "requested_at": release.requested_at,
        "started_at": release.started_at,
        "by_push": release.by_push,
        **recorded_requests.fields(release),
        "unfinished": YES,
        "release": json.dumps(asdict(release)),
        **({"doomed": True} if doomed else {}),
        **({"drill": release.drill} if release.drill else {}),
        **({"cross_migration": True} if release.cross_migration else {}),
    }


def closed(ended: Ended, now: datetime) -> dict[str, Any]:
    """Return the ledger record of a deployment that ended."""
    failure, deployment, baseline = ended.failure, ended.deployment, ended.baseline
    return {
        **opened(ended.release),
        "ended": json.dumps(asdict(without_record(ended))),
        "fence": ended.release.fence,
        "outcome": ended.outcome.value,
        "ended_at": now.isoformat(),
        "code": failure.code if failure else ended.verdict.code,
        "why": why(ended),
        "task_definition": revision(ended),
        "ecs_deployment": deployment.id if deployment else "",
        "baseline_task_definition": baseline.task_definition if baseline else "",
        "baseline_git_sha": baseline.git_sha if baseline else "",
        "restored_to": deployment.task_definition if deployment and deployment.undoes else "",
    }


def redacted(ended: Ended, kinds: Sequence[Redacts]) -> Ended:
    """Redact the texts by the kinds that the settings name besides the standard ones."""

    def told(text: str) -> str:
        return redaction.redacted(text, kinds)

    failure = ended.failure
    return replace(
        ended,
        release=_told(ended.release, told),
        verdict=replace(ended.verdict, reason=told(ended.verdict.reason)),
        failure=replace(failure, reason=told(failure.reason)) if failure else None,
        checks=tuple(replace(check, seen=told(check.seen)) for check in ended.checks),
    )


def _told(release: Release, told: Callable[[str], str]) -> Release:
    asked_for = replace(release.asked, reason=told(release.asked.reason)) if release.asked else None
    return replace(release, reason=told(release.reason), came=told(release.came), asked=asked_for)


def why(ended: Ended) -> str:
    """Say in one sentence why the deployment ended as it did, and what a migration before that means."""
    told, more = _why(ended), migration_words.remark(ended.migration, ended.outcome)
    return f"{told}; {more}" if more and more not in told else told


def _why(ended: Ended) -> str:
    if ended.failure is None:
        return ended.verdict.reason
    text = f"{ended.failure.state}: {ended.failure.reason}"
    went_wrong = ended.outcome in (Outcome.ROLLBACK_FAILED, Outcome.SUPERSEDED)
    return f"{text}; then: {ended.verdict.reason}" if went_wrong and ended.verdict.reason not in text else text


def revision(ended: Ended) -> str:
    """Return the release's revision: the one that a rollback undid, or, after NO_CHANGE, the one that is live."""
    if ended.outcome == Outcome.NO_CHANGE and ended.baseline:
        return ended.baseline.task_definition
    return (ended.deployment.undoes or ended.deployment.task_definition) if ended.deployment else ""


def live_now(ended: Ended) -> str:
    """Say what the service runs now, as far as it was proven."""
    unknown = "UNKNOWN: look at the service now"
    match ended.outcome:
        case Outcome.SUCCEEDED | Outcome.NO_CHANGE:
            return f"{ended.release.git_sha} ({ended.release.image_digest}), proven{_left_out(ended)}"
        case Outcome.ROLLED_BACK:
            return _proven_again(ended.deployment) if ended.deployment else unknown
        case Outcome.REJECTED:
            return f"what ran before; the service was not changed{_migrated(ended)}"
        case Outcome.NO_BASELINE:
            return f"nothing ran before to go back to; at the last look: {ended.verdict.reason}"
        case Outcome.SKIPPED | Outcome.ROLLBACK_FAILED | Outcome.SUPERSEDED:
            return unknown
    assert_never(ended.outcome)


def _migrated(ended: Ended) -> str:
    more = migration_words.remark(ended.migration, ended.outcome)
    return f"; {more}" if more else ""


def _left_out(ended: Ended) -> str:
    """Say what the proof of a worker left out."""
    skipped = any(check.name == progress.PROGRESS and check.state == SKIP for check in ended.checks)
    return f"; {worker.UNPROVEN}" if skipped else ""


def _proven_again(back: Deployment) -> str:
    digests = ", ".join(accepted[0] for accepted in back.digests.values()) or "digest unknown"
    return f"{back.git_sha} ({digests}), proven again"


def seconds(record: Mapping[str, Any]) -> int | None:
    """Return how many seconds a deployment took from its execution's start; None where the start was not recorded."""
    if not record.get("started_at"):
        return None
    took = datetime.fromisoformat(record["ended_at"]) - datetime.fromisoformat(record["started_at"])
    return max(0, round(took.total_seconds()))
