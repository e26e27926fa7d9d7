"""How a deployment ended, for programs: the detail of the event `Deployment Ended`.

docs/schemas/deployment-ended.schema.json is its contract: a field may be added under the same number, and nothing that
is there changes its meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from landfall import console
from landfall.ledger.deployment_record import Ended, live_now, revision, seconds, why
from landfall.model import PROVEN, QUIET, UNKNOWN, Outcome
from landfall.telling import notice

SCHEMA = 1


def detail(ended: Ended, record: Mapping[str, Any], report: str | None) -> dict[str, Any]:
    """Return the detail of the event. `record` is the closed one: of two that tell of it, both say the same."""
    release = ended.release
    return {
        "schema": SCHEMA,
        "outcome": ended.outcome.value,
        "severity": notice.severity(ended.outcome),
        "code": notice.code(ended),
        "why": why(ended),
        "service": release.service,
        "deployment_id": release.deployment_id,
        "intent": release.intent.value,
        "requested_by": release.requested_by,
        "reason": release.reason,
        "asked": asdict(release.asked) if release.asked else None,
        "git_sha": release.git_sha,
        "image_digest": release.image_digest,
        "task_definition": revision(ended) or None,
        "live_now": live_now(ended),
        "live_git_sha": live_sha(ended),
        "requested_at": release.requested_at,
        "started_at": release.started_at or None,
        "ended_at": record["ended_at"],
        "seconds": seconds(record),
        "execution_arn": release.execution_arn,
        "execution_url": console.execution(release.execution_arn),
        "report": report,
        "report_url": notice.report_url(ended, report),
        "what_next": notice.NEXT.get(ended.outcome),
        "runbook": None if ended.outcome in QUIET else notice.runbook_of(ended.outcome).value,
    }


def live_sha(ended: Ended) -> str:
    """Return the commit that is proven to be live; UNKNOWN where this deployment proved none."""
    if ended.outcome in PROVEN:
        return ended.release.git_sha
    if ended.outcome == Outcome.ROLLED_BACK and ended.deployment:
        return ended.deployment.git_sha
    return UNKNOWN
