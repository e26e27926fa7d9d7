"""A deployment that somebody else began, and that waits at ECS's pause: people hear of it, and nobody continues it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.stage.inbox import Inbox
from local.stage.landfall_stage import Stage, commit
from tests.campaigns.strategies import owner, run
from tests.e2e.stopping import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.long]

NAME = "blue"
SOON = 60.0
"""Seconds within which people are told. ECS's own event brings it, so that no schedule is waited for."""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Start a stage with a blue/green service that pauses for Landfall."""
    path: Path = tmp_path_factory.mktemp("foreign")
    with run.ready(path, [NAME]) as stage:
        yield stage


def test_people_hear_of_it_within_a_minute(stage: Stage, tmp_path: Path) -> None:
    """Nobody would look at a deployment by hand otherwise, until ECS's own timeout takes it back."""
    inbox = Inbox(stage.aws, stage.pipeline["TopicArn"])
    digest = stage.push(NAME, commit("by hand"), tag="by-hand")
    revision = owner.registered(stage, NAME, digest)
    stage.ecs.update_service(cluster=f"landfall-{NAME}", service=NAME, taskDefinition=revision)

    def waits() -> str:
        hooks = owner.current(stage, NAME).get("lifecycleHookDetails", [])
        return next((hook["hookId"] for hook in hooks if hook["status"] == "AWAITING_ACTION"), "")

    hook = eventually(lambda: waits() or None, "ECS to wait at the pause", 240)
    began = time.monotonic()
    told = eventually(
        lambda: next((m for m in inbox.messages() if NAME in m.subject + m.body and "wait" in m.body), None),
        "the message about it",
        SOON,
    )
    print(f"told {time.monotonic() - began:.1f} s after the look that saw it wait: {told.subject}")
    time.sleep(10)
    assert waits() == hook, "somebody continued it"
