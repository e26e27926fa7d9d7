"""Events of AWS's own services, on the local AWS's default bus."""

from __future__ import annotations

import json
from typing import Any

from ministack.core.concurrency import spawn_background
from ministack.services import eventbridge


def send(source: str, detail_type: str, detail: dict[str, Any], *resources: str) -> None:
    """Put an event on the bus from a separate thread, since a rule's target may call this process."""
    entry = {"Source": source, "DetailType": detail_type, "Detail": json.dumps(detail), "Resources": list(resources)}
    spawn_background(
        eventbridge._put_events, {"Entries": [entry]}, allow_aws_source=True, thread_name=f"{source}-event"
    )
