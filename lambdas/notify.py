"""Notify: tells people how a deployment ended that did not end in success."""

from __future__ import annotations

from dataclasses import dataclass

from landfall import notice
from landfall.evidence import Ended
from landfall.step import step
from landfall.world import World


@dataclass(frozen=True)
class Input:
    """What ended, and where its report lies (None where it could not be written)."""

    ended: Ended
    report: str | None


@dataclass(frozen=True)
class Output:
    """The id SNS gave the message; empty where there was nothing to tell."""

    message_id: str


def run(event: Input, world: World) -> Output:
    """Publish one message for one outcome: not again after a replay, and not for what the record does not say."""
    ended, release = event.ended, event.ended.release
    record = world.ledger.record(release.service, release.deployment_id) or {}
    taken_over = int(record.get("fence", 0)) > release.fence
    if taken_over or record.get("outcome", ended.outcome) != ended.outcome or "notified" in record:
        return Output("")
    text = notice.message(ended, event.report)
    message_id = world.topic.publish(notice.subject(ended), text, notice.attributes(ended))
    world.ledger.mark(release.service, release.deployment_id, notified=message_id)
    return Output(message_id)


handler = step(Input, run)
