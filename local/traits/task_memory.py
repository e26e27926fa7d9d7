"""Trait: a task has the memory it asked for, and one that takes more is killed.

AWS ("Amazon ECS task definition parameters", "Stopped tasks error messages"): a container that exceeds ``memory`` (its
own, or on Fargate the task's) is killed, exits with 137, and its reason is ``OutOfMemoryError: Container killed due to
memory usage``.
Emulator: the limits are stored, a real engine isn't told of them.
Here: it is, and a container that the engine says was killed for memory says so. Podman 4.3 on cgroups v1 doesn't say
it: then only the exit code tells. Our own engine has no limits.
"""

from __future__ import annotations

from typing import Any

from ministack.services import ecs

MEBIBYTE = 1 << 20
REASON = "OutOfMemoryError: Container killed due to memory usage"


def apply() -> None:
    """Limit containers as they are started. (What notes why they ended is the ``container_exit`` trait.)"""
    build = ecs._build_run_kwargs

    def build_run_kwargs(definition: dict[str, Any], task_definition: dict[str, Any], *arguments: Any) -> Any:
        limit = int(definition.get("memory") or task_definition.get("memory") or 0)
        settings = build(definition, task_definition, *arguments)
        return {**settings, "mem_limit": limit * MEBIBYTE} if limit else settings

    ecs._build_run_kwargs = build_run_kwargs


def note(record: dict[str, Any], state: dict[str, Any]) -> None:
    """Give an ended container's record ECS's reason, if the engine says that it was killed for memory."""
    if state.get("OOMKilled"):
        record["reason"] = REASON
