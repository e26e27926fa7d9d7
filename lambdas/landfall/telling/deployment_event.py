"""How a deployment ended, for programs: the detail of the event `Deployment Ended`.

docs/schemas/deployment-ended.schema.json is its contract: under the same number, fields may be added, and existing
fields keep their meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, assert_never

from landfall import console
from landfall.ledger.deployment_record import Ended, live_now, revision, seconds, why
from landfall.model import UNKNOWN, Outcome, Release
from landfall.telling import deployment_notice as told

SCHEMA = 1


def detail(ended: Ended, record: Mapping[str, Any], report: str | None) -> dict[str, Any]:
    """Return the detail of the event. `record` is the closed record, so two events of one deployment are equal."""
    release, runbook = ended.release, told.runbook_of(ended.outcome)
    return {
        "schema": SCHEMA,
        "outcome": ended.outcome.value,
        "severity": told.urgency(ended).value,
        "code": told.code(ended),
        "why": why(ended),
        **about(release),
        "task_definition": revision(ended) or None,
        "live_now": live_now(ended),
        "live_git_sha": live_sha(ended),
        "ended_at": record["ended_at"],
        "seconds": seconds(record),
        "report": report,
        "report_url": told.report_url(ended, report),
        "what_next": told.advice(ended),
        "runbook": runbook.value if runbook else None,
    }


def about(release: Release) -> dict[str, Any]:
    """Return the fields about a release that all events share."""
    return {
        "service": release.service,
        "deployment_id": release.deployment_id,
        "intent": release.intent.value,
        "requested_by": release.requested_by,
        "reason": release.reason,
        "asked": asdict(release.asked) if release.asked else None,
        "git_sha": release.git_sha,
        "image_digest": release.image_digest,
        "requested_at": release.requested_at,
        "started_at": release.started_at or None,
        "execution_arn": release.execution_arn,
        "execution_url": console.execution(release.execution_arn),
    }


def live_sha(ended: Ended) -> str:
    """Return the commit that is proven live; UNKNOWN if this deployment proved none."""
    match ended.outcome:
        case Outcome.SUCCEEDED | Outcome.NO_CHANGE:
            return ended.release.git_sha
        case Outcome.ROLLED_BACK:
            return ended.deployment.git_sha if ended.deployment else UNKNOWN
        case Outcome.REJECTED | Outcome.SKIPPED | Outcome.ROLLBACK_FAILED | Outcome.SUPERSEDED | Outcome.NO_BASELINE:
            return UNKNOWN
    assert_never(ended.outcome)
