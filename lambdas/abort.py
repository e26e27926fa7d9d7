"""Abort: stops a deployment for a caller whom AWS itself names, at its function URL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from landfall.door import signed
from landfall.door.reply import Reply
from landfall.runtime.answered import answered
from landfall.runtime.world import World
from landfall.steps.aborting import take


def run(event: Mapping[str, Any], world: World) -> Reply:
    """Record who asks, then stop the execution. The recovery goes back, and proves that."""
    asked = signed.read(event, kinds=world.settings.redaction.kinds)
    return asked if isinstance(asked, Reply) else take(asked, world)


handler = answered(run)
