"""Notify: tells people of a deployment that did not end in success, and programs of how any deployment ended."""

from __future__ import annotations

from dataclasses import dataclass, replace

from landfall.aws.events import DetailType
from landfall.ledger import deployment_record, recovery
from landfall.ledger.deployment_record import Ended
from landfall.runtime.step import step
from landfall.runtime.world import World
from landfall.telling import deployment_event, deployment_notice, due


@dataclass(frozen=True)
class NotifyInput:
    """What ended, and the S3 URI of its report (None where it could not be written)."""

    ended: Ended
    report: str | None


@dataclass(frozen=True)
class Output:
    """The ids of the SNS message and of the EventBridge event; empty if there was nothing to send."""

    message_id: str = ""
    event_id: str = ""


def run(event: NotifyInput, world: World) -> Output:
    """Notify of one outcome, but not again after a replay, and not of an outcome that the record contradicts.

    People are notified first: even if the event fails, a page has gone out.
    """
    release, output = event.ended.release, Output()
    service, deployment_id = release.service, release.deployment_id
    record = world.ledger.record(service, deployment_id) or {}
    if due.is_settled_otherwise(event.ended, record):
        return output
    completed = deployment_record.with_record(recovery.completed(event.ended, record), record)
    ended = deployment_record.redacted(completed, world.settings.redaction.kinds)
    if due.are_people(ended, record):
        output = replace(output, message_id=world.topic.publish(deployment_notice.notice(ended, event.report)))
        world.ledger.mark(service, deployment_id, notified=output.message_id)
    if due.are_programs(record):
        detail, about = deployment_event.detail(ended, record, event.report), ended.release.execution_arn
        output = replace(output, event_id=world.events.put(DetailType.DEPLOYMENT_ENDED, detail, about))
        world.ledger.mark(service, deployment_id, announced=output.event_id)
    return output


handler = step(NotifyInput, run)
