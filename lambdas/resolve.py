"""Resolve: what is requested, and does it exist? Opens the ledger record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from landfall.errors import InvalidRequest
from landfall.intake import request, unreadable_request
from landfall.intake.request import Ignored, Recovery
from landfall.ledger import resolved
from landfall.ledger.resolved import Resolved
from landfall.runtime.step import step
from landfall.runtime.world import World
from landfall.steps.recovering import taking_over
from landfall.steps.resolving import new_record, resolution


@dataclass(frozen=True)
class Execution:
    """The Step Functions execution that is this deployment."""

    arn: str
    deployment_id: str
    started_at: str


@dataclass(frozen=True)
class ResolveInput:
    """The execution's own input, unchanged, and the execution."""

    input: Any
    execution: Execution


def run(event: ResolveInput, world: World) -> Resolved:
    """Resolve the input into a release, and record the request."""
    mine = resolution.unresolved(event.execution.arn, event.execution.deployment_id, event.execution.started_at)
    try:
        wanted = request.read(event.input, world.settings)
    except InvalidRequest as error:
        unread = unreadable_request.told_of(mine, event.input, world.settings)
        return new_record.rejected(unread, error, world)
    if isinstance(wanted, Ignored):
        return resolved.ignored(mine, wanted.why)
    if isinstance(wanted, Recovery):
        return taking_over.taken_over(mine, wanted, world)
    return new_record.requested(mine, wanted, world)


handler = step(ResolveInput, run)
