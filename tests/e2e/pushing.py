"""What most stories begin with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from cli.following import Ending
from local.stage import Stage, commit


def pushed(stage: Stage, service: str, name: str, **image: Any) -> Ending:
    """Push a release of that name and return how the deployment it starts ends."""
    sha, before = commit(f"{service} {name}"), datetime.now(UTC)
    stage.push(service, sha, **image)
    return stage.ended(stage.started_by_push(service, sha, before), service)
