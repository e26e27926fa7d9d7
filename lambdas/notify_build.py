"""NotifyBuild: tells people of a build that failed, or whose deployment did not begin by itself."""

from __future__ import annotations

from dataclasses import dataclass

from landfall.builds.build_watch import Built
from landfall.model import Verdict
from landfall.runtime.step import step
from landfall.runtime.world import World
from landfall.telling import build_notice


@dataclass(frozen=True)
class NotifyBuildInput:
    """The build, and the verdict to report."""

    build: Built
    verdict: Verdict


@dataclass(frozen=True)
class Output:
    """The id SNS gave the message."""

    message_id: str


def run(event: NotifyBuildInput, world: World) -> Output:
    """Publish one message. A retry after a lost reply publishes it again: twice is better than never."""
    return Output(world.topic.publish(build_notice.notice(event.build, event.verdict)))


handler = step(NotifyBuildInput, run)
