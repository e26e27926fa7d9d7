"""Notify: tells people how a deployment ended that did not end in success, and programs how any did."""

from __future__ import annotations

from dataclasses import dataclass

from landfall.aws.events import DetailType
from landfall.aws.ledger import Record
from landfall.ledger import deployment_record, recovery
from landfall.ledger.deployment_record import Ended
from landfall.model import QUIET
from landfall.runtime.step import step
from landfall.runtime.world import World
from landfall.telling import announcement, notice


@dataclass(frozen=True)
class Input:
    """What ended, and where its report lies (None where it could not be written)."""

    ended: Ended
    report: str | None


@dataclass(frozen=True)
class Output:
    """The ids that SNS gave the message and EventBridge the event; empty where there was nothing to tell."""

    message_id: str = ""
    event_id: str = ""


def run(event: Input, world: World) -> Output:
    """Tell of one outcome: not again after a replay, and not of what the record does not say.

    People first: whatever becomes of the event, a page has gone out.
    """
    release = event.ended.release
    record = world.ledger.record(release.service, release.deployment_id) or {}
    ended = recovery.completed(event.ended, record)
    event = Input(deployment_record.redacted(ended, world.settings.redaction.kinds), event.report)
    taken_over = int(record.get("fence", 0)) > release.fence
    if taken_over or record.get("outcome", ended.outcome) != ended.outcome:
        return Output()
    return Output(_tell_people(event, record, world), _tell_programs(event, record, world))


def _tell_people(event: Input, record: Record, world: World) -> str:
    """Publish, even of an outcome that could not be recorded: a person must know."""
    ended, release = event.ended, event.ended.release
    if ended.outcome in QUIET or "notified" in record:
        return ""
    text = notice.message(ended, event.report)
    message_id = world.topic.publish(notice.subject(ended), text, notice.attributes(ended))
    world.ledger.mark(release.service, release.deployment_id, notified=message_id)
    return message_id


def _tell_programs(event: Input, record: Record, world: World) -> str:
    """Put the event, once the outcome is settled: a program can't take back what it did at the first word."""
    release = event.ended.release
    if "outcome" not in record or "announced" in record:
        return ""
    detail = announcement.detail(event.ended, record, event.report)
    event_id = world.events.put(DetailType.DEPLOYMENT_ENDED, detail, release.execution_arn)
    world.ledger.mark(release.service, release.deployment_id, announced=event_id)
    return event_id


handler = step(Input, run)
