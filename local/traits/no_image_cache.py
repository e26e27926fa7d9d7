"""Trait: a Fargate task pulls its image afresh, or doesn't start.

AWS (ECS Developer Guide, "Linux containers on Fargate container image pull behavior"): no image or layer is cached,
each task pulls the whole of it; one that is gone from the registry is a CannotPullContainerError.
Emulator: a pull that fails falls back to an image of that name that was pulled before.
Here: it doesn't.
"""

from __future__ import annotations

from typing import Any

from ministack.services import ecs


def apply() -> None:
    """Run containers without the fallback."""
    run = ecs._run_docker_container

    def run_pulled(*arguments: Any, **settings: Any) -> Any:
        return run(*arguments, **{**settings, "allow_cached": False})

    ecs._run_docker_container = run_pulled
