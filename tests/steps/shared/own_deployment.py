"""What runs now, taken for our own deployment."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from landfall.judging import Judged
from landfall.model import Deployment
from tests.steps import standin
from tests.support import builders as b


def ours(revision: str, **changes: Any) -> Judged:
    """Return what is to be judged: what runs now, taken for our deployment."""
    now = datetime.now(UTC)
    deployment: Deployment = b.deployment(
        id=standin.service_of().deployments[0]["id"],
        task_definition=revision,
        digests={"app": (b.OLD_DIGEST,)},
        git_sha=b.OLD_SHA,
        updated_at=now.isoformat(),
        deadline=(now + timedelta(minutes=15)).isoformat(),
    )
    return b.judged(deployment=replace(deployment, **changes))
