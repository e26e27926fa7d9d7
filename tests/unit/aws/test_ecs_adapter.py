"""The ECS adapter where moto can't show what ECS does: lists that change between two calls."""

from __future__ import annotations

import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from landfall.aws.ecs import Ecs
from landfall.errors import AwsCallFailed
from landfall.runtime.world import World
from tests.support.misbehaving import serving

SETTINGS = """\
[services.sample]
cluster = "c"
service = "sample"
container = "app"
repository = "landfall/sample"
task_role = "task"
execution_role = "execution"
"""


def ecs_of(lists: dict[str, list[list[str]]], asked: list[list[str]]) -> Ecs:
    """Return the adapter on a client that lists these pages of task ARNs, and notes which tasks it is asked for."""

    def pages(desiredStatus: str, **_: Any) -> list[dict[str, Any]]:  # noqa: N803
        return [{"taskArns": page} for page in lists[desiredStatus]]

    def describe(tasks: list[str], **_: Any) -> dict[str, Any]:
        asked.append(tasks)
        return {"tasks": [{"taskArn": arn} for arn in tasks]}

    client = SimpleNamespace(
        get_paginator=lambda _: SimpleNamespace(paginate=pages),
        describe_tasks=describe,
    )
    return Ecs(client, "c", "sample")


def test_task_that_stops_between_the_lists_is_one_task() -> None:
    """One stop that is in both lists must not be counted as two alike: that would be a crash loop (law 8)."""
    tasks = ecs_of({"RUNNING": [["1"], ["2"]], "STOPPED": [["2", "3"]]}, []).tasks("RUNNING", "STOPPED")
    assert [t.arn for t in tasks] == ["1", "2", "3"]


def test_a_revision_is_registered_by_one_call_however_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each RegisterTaskDefinition makes a revision: the client must not call again of its own accord (law 7)."""
    settings = tmp_path / "services.toml"
    settings.write_text(SETTINGS)
    calls: list[int] = []

    def hang_up(connection: socket.socket) -> None:
        calls.append(1)
        connection.close()

    with serving(hang_up) as url:
        monkeypatch.setenv("LANDFALL_SETTINGS", str(settings))
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        ecs = World().ecs("sample")
        with pytest.raises(AwsCallFailed):
            ecs.register({"family": "sample", "containerDefinitions": []})
        assert len(calls) == 1
        with pytest.raises(AwsCallFailed):
            ecs.update("sample:1")
        assert len(calls) > 2  # what may be repeated is


def test_all_pages_are_read_in_calls_of_a_hundred() -> None:
    """DescribeTasks takes a hundred tasks at a time, and ListTasks gives a hundred at a time."""
    every = [str(n) for n in range(250)]
    asked: list[list[str]] = []
    tasks = ecs_of({"RUNNING": [every[:100], every[100:200], every[200:]]}, asked).tasks("RUNNING")
    assert [t.arn for t in tasks] == every
    assert [len(a) for a in asked] == [100, 100, 50]
