"""Trait: container health checks run.

AWS ("API_HealthCheck", "Determine Amazon ECS task health using container health checks"): the command
(``CMD`` or ``CMD-SHELL``) is run in the container every ``interval`` (30 s) with a ``timeout`` (5 s);
``retries`` (3) failures in a row make the container UNHEALTHY, one success HEALTHY; failures within
``startPeriod`` (0) don't count. A task is UNHEALTHY if one of its essential containers is, UNKNOWN while
one is UNKNOWN, HEALTHY if all that have a check are.
Emulator: the definition is stored and the status is UNKNOWN for ever.
Here: the engine's exec runs the command.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import ecs

from local.ecs import ecs_view as view
from local.ecs.scheduler import SCHEDULER

Check = dict[str, Any]
DEFAULTS: Check = {"interval": 30, "timeout": 5, "retries": 3, "startPeriod": 0}


def apply() -> None:
    """Start the checks of a task when the emulator starts to watch it."""
    original = ecs._watch_task_lifecycle

    def watch(task: dict[str, Any], engine: Any, account: str, region: str) -> None:
        original(task, engine, account, region)
        with request_scope(account, region):
            definitions = view.definitions(task)
        pairs = zip(definitions, task.get("_docker_ids") or [], strict=False)
        for index, (definition, identity) in enumerate(pairs):
            if definition.get("healthCheck"):
                checker = Checker(task, index, definitions, engine.containers.get(identity))
                threading.Thread(target=checker.run, daemon=True, name=f"check-{identity[:8]}").start()

    ecs._watch_task_lifecycle = watch


class Checker:
    """Runs one container's health check as long as its task should run."""

    def __init__(self, task: dict[str, Any], index: int, definitions: list[Check], container: Any) -> None:
        self._task, self._index, self._definitions = task, index, definitions
        check = definitions[index]["healthCheck"]
        self._check = {**DEFAULTS, **{name: value for name, value in check.items() if value is not None}}
        self._container = container
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="check")

    def run(self) -> None:
        """Check at each interval, first one interval after the start, like Docker."""
        began, failures = time.monotonic(), 0
        while view.wanted(self._task):
            time.sleep(float(self._check["interval"]))
            if not view.wanted(self._task):
                break
            if self._passes():
                failures = 0
                self._set("HEALTHY")
            elif time.monotonic() - began > float(self._check["startPeriod"]):
                failures += 1
                if failures >= int(self._check["retries"]):
                    self._set("UNHEALTHY")
        self._pool.shutdown(wait=False)

    def _passes(self) -> bool:
        """Run the command once. A command that takes too long has failed."""
        try:
            running = self._pool.submit(self._container.exec_run, argv(self._check["command"]))
            return bool(running.result(float(self._check["timeout"])).exit_code == 0)
        except FutureTimeout:
            # Docker's API can't stop the command; with a new worker it doesn't delay the next check.
            self._pool.shutdown(wait=False)
            self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="check")
            return False
        except Exception:  # the container has ended; each engine has its own error
            return False

    def _set(self, status: str) -> None:
        container = self._task["containers"][self._index]
        if container.get("healthStatus") != status:
            container["healthStatus"] = status
            self._task["healthStatus"] = task_status(self._definitions, self._task["containers"])
            SCHEDULER.wake()


def argv(command: list[str]) -> list[str]:
    """Return a health check's command as a program and its arguments."""
    kind, *rest = command
    if kind == "CMD-SHELL":
        return ["/bin/sh", "-c", " ".join(rest)]
    return rest if kind == "CMD" else command


def task_status(definitions: list[Check], containers: list[dict[str, Any]]) -> str:
    """Return a task's health, from its essential containers that have a check."""
    statuses = {
        container.get("healthStatus", "UNKNOWN")
        for definition, container in zip(definitions, containers, strict=False)
        if definition.get("healthCheck") and definition.get("essential", True)
    }
    return next((status for status in ("UNHEALTHY", "UNKNOWN", "HEALTHY") if status in statuses), "UNKNOWN")
