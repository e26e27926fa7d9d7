"""Trait: when an essential container ends, the task's reason has ECS's words.

AWS ("Stopped tasks error messages" in the Amazon ECS Developer Guide): "Essential container in task exited", with
stop code EssentialContainerExited.
Emulator: "Essential container exited".
Here: as AWS.
"""

from __future__ import annotations

from typing import Any

from ministack.services import ecs

WORDS = {"Essential container exited": "Essential container in task exited"}


def apply() -> None:
    """Change the reason when the emulator marks the task."""
    original = ecs._mark_task_stopped

    def mark(arn: str, task: dict[str, Any], reason: str, stop_code: str, exit_code: int | None = None) -> Any:
        return original(arn, task, WORDS.get(reason, reason), stop_code, exit_code=exit_code)

    ecs._mark_task_stopped = mark
