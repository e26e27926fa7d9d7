"""The input of an after-check: the detail of the event `Deployment Proven`.

docs/schemas/deployment-proven.schema.json is its contract. Fields that `Deployment Ended` also has have the same names
and meanings there.
"""

from __future__ import annotations

from typing import Any

from landfall.after.inquiry import Inquiry
from landfall.model import Baseline, Deployment, Release
from landfall.telling import deployment_event

DETAIL_TYPE = "Deployment Proven"
SCHEMA = 1


def detail(release: Release, baseline: Baseline, deployment: Deployment, inquiry: Inquiry) -> dict[str, Any]:
    """Return the detail. It has no outcome: the deployment has not ended, and the answer decides how it will."""
    return {
        "schema": SCHEMA,
        **deployment_event.about(release),
        "task_definition": deployment.task_definition,
        "base_url": baseline.base_url or None,
        "baseline_git_sha": baseline.git_sha,
        "idempotency_key": release.deployment_id,
        "call": inquiry.calls,
        "answer_by": inquiry.ends_at,
    }
