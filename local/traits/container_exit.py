"""Trait: one call waits for a container's end in a real engine, instead of ten calls a second.

AWS ("Amazon ECS task lifecycle"): a task whose essential container ends is stopped.
Emulator: as AWS, but it inspects every container of a real engine every 0.1 s. For each inspect Podman reads its whole
state from disk, which keeps a processor busy with six tasks.
Here: a thread per container waits for its end through the engine's API. The process engine is cheap to ask.
"""

from __future__ import annotations

import time
from typing import Any

from ministack.core.concurrency import spawn_background
from ministack.core.responses import request_scope
from ministack.services import ecs

from local.ecs.scheduler import SCHEDULER
from local.engine.process_engine import ProcessEngine
from local.traits import task_memory

SETTLING = 5.0  # seconds that an engine may still show the container as running after it reported the end


def apply() -> None:
    """Replace how the containers of a real engine are watched."""
    poll = ecs._watch_task_lifecycle

    def watch(task: dict[str, Any], engine: Any, account: str, region: str) -> None:
        if isinstance(engine, ProcessEngine):
            poll(task, engine, account, region)
            return

        def wait(record: dict[str, Any], identity: str) -> None:
            if wait_for_end(record, engine, identity):
                with request_scope(account, region):
                    ecs._maybe_mark_stopped(task, engine)

        for record, identity in zip(task["containers"], task.get("_docker_ids") or [], strict=False):
            spawn_background(wait, record, identity, thread_name=f"end-of-{identity[:8]}")
        SCHEDULER.wake()

    ecs._watch_task_lifecycle = watch


def wait_for_end(record: dict[str, Any], engine: Any, identity: str) -> bool:
    """Wait for a container's end, and record the reason. Returns False if it can't be found out."""
    try:
        container = engine.containers.get(identity)
        container.wait()
        until = time.monotonic() + SETTLING
        container.reload()
        while container.status != "exited" and time.monotonic() < until:
            time.sleep(0.1)
            container.reload()
    except Exception:  # it was removed when it was stopped, or the engine is gone; DescribeTasks checks again anyway
        return False
    task_memory.note(record, container.attrs["State"])
    return True
