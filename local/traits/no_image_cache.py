"""Trait: a Fargate task always pulls its image, and doesn't start without it.

AWS (ECS Developer Guide, "Linux containers on Fargate container image pull behavior"): no image or layer is cached,
each task pulls the whole image. If it is gone from the registry, the task fails with CannotPullContainerError.
Emulator: if a pull fails, it uses an image of that name that was pulled before.
Here: there is no such fallback.
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
