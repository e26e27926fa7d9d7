"""One local AWS for all end-to-end tests, with a service for each story: tests don't depend on each other's state."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.inbox import Inbox
from local.stage import Stage, staged

SERVICES = (
    "landing",
    "drills",
    "first",
    "taken",
    "tagged",
    "bare",
    "broken",
    "redeployed",
    "busy",
    "stopped",
    "hotfix",
)
OVERRIDES: dict[str, dict[str, Any]] = {"bare": {"stack": None}, "broken": {"way_back": "warn"}}


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Return the local AWS with Landfall deployed to it by the real CDK app."""
    state: Path = tmp_path_factory.mktemp("aws")
    with staged(state, SERVICES, overrides=OVERRIDES) as stage:
        yield stage


@pytest.fixture(scope="session")
def inbox(stage: Stage) -> Inbox:
    """Return what subscribers of the topic get."""
    return Inbox(stage.aws, stage.pipeline["TopicArn"])
