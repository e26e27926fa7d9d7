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
    """The id SNS gave the message."""

    message_id: str


def run(event: Input, world: World) -> Output:
    """Publish one message."""
    ended = event.ended
    text = notice.message(ended, event.report)
    return Output(world.topic.publish(notice.subject(ended), text, notice.attributes(ended)))


handler = step(Input, run)
