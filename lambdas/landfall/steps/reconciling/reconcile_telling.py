"""Writes a changed finding, starts the deployment that fixes it, and notifies people and programs."""

from __future__ import annotations

from dataclasses import asdict

from landfall.aws.events import DetailType
from landfall.errors import StepError
from landfall.reconcile import findings
from landfall.reconcile.findings import Finding, Start, State
from landfall.runtime.step import logger
from landfall.runtime.world import World
from landfall.telling import finding_event, finding_notice


def told(after: Finding, start: Start | None, world: World) -> list[State]:
    """Write a change and notify people, unless another reconciler did. Only then mark the finding as told."""
    written = world.findings.write(after)
    if written is None or not written.untold:
        return []
    done = _started(start, world) if start and written.open else ""
    message_id = world.topic.publish(finding_notice.notice(written, done))
    world.findings.write(findings.told(written))
    try:
        world.events.put(DetailType.FINDING, asdict(finding_event.event(written, done)))
    except StepError:  # programs can read the ledger; a second message because of a failed event would be a false alarm
        logger.exception("an event was not taken", extra={"finding": written.key})
    logger.warning("told", extra={"finding": written.key, "state": written.state, "message_id": message_id})
    return [written.state]


def _started(start: Start, world: World) -> str:
    if world.executions.start(world.machine_arn, start.name, start.document):
        return f"execution {start.name} was started"
    return f"execution {start.name} was started before; if it left no record, its history says why"
