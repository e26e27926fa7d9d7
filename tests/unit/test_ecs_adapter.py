"""The ECS adapter where moto can't show what ECS does: lists that change between two calls."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from landfall.aws.ecs import Ecs


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


def test_all_pages_are_read_in_calls_of_a_hundred() -> None:
    """DescribeTasks takes a hundred tasks at a time, and ListTasks gives a hundred at a time."""
    every = [str(n) for n in range(250)]
    asked: list[list[str]] = []
    tasks = ecs_of({"RUNNING": [every[:100], every[100:200], every[200:]]}, asked).tasks("RUNNING")
    assert [t.arn for t in tasks] == every
    assert [len(a) for a in asked] == [100, 100, 50]
