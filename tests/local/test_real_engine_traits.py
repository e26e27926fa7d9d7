"""What a real engine is told and what it tells, in ECS's words."""

from __future__ import annotations

from typing import Any

import pytest

from local.traits import task_memory
from local.traits.ecr import host


@pytest.mark.parametrize(
    ("image", "pulled"),
    [
        ("000000000000.dkr.ecr.us-east-1.amazonaws.com/a/b@sha256:1", "127.0.0.1:4567/a/b@sha256:1"),
        ("000000000000.dkr.ecr.us-east-1.amazonaws.com/a:tag", "127.0.0.1:4567/a:tag"),
        ("docker.io/library/busybox:1", "docker.io/library/busybox:1"),
        ("busybox", "busybox"),
    ],
)
def test_images_of_ecr_are_pulled_from_the_emulator(monkeypatch: pytest.MonkeyPatch, image: str, pulled: str) -> None:
    """No engine may ask the real ECR for a local image; a sidecar from elsewhere is left alone."""
    monkeypatch.setenv("GATEWAY_PORT", "4567")
    assert host.here(image) == pulled


@pytest.mark.parametrize(
    ("state", "expected"),
    [({"OOMKilled": True}, {"reason": task_memory.REASON}), ({"OOMKilled": False}, {}), ({}, {})],
)
def test_only_a_kill_for_memory_is_called_one(state: dict[str, Any], expected: dict[str, str]) -> None:
    """The reason is the engine's word: exit code 137 alone has many causes."""
    record: dict[str, str] = {}
    task_memory.note(record, state)
    assert record == expected
