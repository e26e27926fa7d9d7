"""Trait: a container that uses more than its memory limit is killed.

AWS ("Amazon ECS task definition parameters", "Stopped tasks error messages"): a container that exceeds ``memory`` (its
own, or on Fargate the task's) is killed, exits with 137, and its reason is ``OutOfMemoryError: Container killed due to
memory usage``. Emulator: it stores the limits, but doesn't pass them to a real engine. Here: they are passed on. If the
engine reports that a container was killed for memory, its reason says so. Podman 4.3 on cgroups v1 doesn't report it,
so there is only the exit code. The process engine has no limits.
"""

from __future__ import annotations

from typing import Any

from ministack.services import ecs

MEBIBYTE = 1 << 20
REASON = "OutOfMemoryError: Container killed due to memory usage"


def apply() -> None:
    """Limit containers when they start. (The trait ``container_exit`` records why they ended.)"""
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
