"""Trait: RunTask with the same client token starts one task.

AWS (ECS API reference, "Ensuring idempotency"): the same token with the same parameters in the same cluster returns the
first answer, and starts nothing. Other parameters are refused with ConflictException. A token lives for 24 hours, or
until an hour after the task stopped, whichever comes first; then the same call starts a second task.
Emulator: it ignores the token. Here: as AWS. The error's text is ours, since AWS documents only the exception.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from ministack.core.responses import error_response_json, get_account_id, get_region, json_response
from ministack.services import ecs

LIVES_SECONDS = 24 * 3600
AFTER_STOP_SECONDS = 3600
TOKEN = "clientToken"  # noqa: S105  the name of a parameter

_held = threading.RLock()
_known: dict[tuple[str, ...], Call] = {}


@dataclass(frozen=True)
class Call:
    """A call with a token: its other parameters, the tasks that it started, and when."""

    parameters: str
    tasks: tuple[str, ...]
    at: float


def apply() -> None:
    """Answer a repeated call with what it started. The scheduler starts a service's tasks without a token."""
    original = ecs._run_task

    def run_task(data: dict[str, Any]) -> Any:
        token = str(data.get(TOKEN) or "")
        if not token:
            return original(data)
        with _held:
            return _once(data, token, original)

    ecs._ACTION_MAP["RunTask"] = ecs._run_task = run_task


def _once(data: dict[str, Any], token: str, original: Callable[[dict[str, Any]], Any]) -> Any:
    cluster = str(ecs._resolve_cluster_name(data.get("cluster", "default")))
    key = (get_account_id(), get_region(), cluster, token)
    parameters = json.dumps({k: v for k, v in data.items() if k != TOKEN}, sort_keys=True, default=str)
    known = _known.get(key)
    if known and is_good(known, [stopped_at(arn) for arn in known.tasks], time.time()):
        if known.parameters != parameters:
            message = f"clientToken {token} was used with other parameters."
            return error_response_json("ConflictException", message, HTTPStatus.BAD_REQUEST)
        tasks = [ecs._sanitize(task) for arn in known.tasks if (task := ecs._tasks.get(arn))]
        return json_response({"tasks": tasks, "failures": []})
    reply = original(data)
    if reply[0] == HTTPStatus.OK:
        arns = tuple(task["taskArn"] for task in json.loads(reply[2])["tasks"])
        if arns:
            _known[key] = Call(parameters, arns, time.time())
    return reply


def is_good(call: Call, stopped: list[float | None], now: float) -> bool:
    """Say whether a token is still valid for its tasks. `stopped`: when each stopped, None while it runs."""
    ended = [at for at in stopped if at is not None]
    all_ended = len(ended) == len(stopped)
    return now - call.at < LIVES_SECONDS and not (all_ended and now - max(ended, default=now) >= AFTER_STOP_SECONDS)


def stopped_at(arn: str) -> float | None:
    """Return when a task stopped; None while it runs, and for one that the emulator has forgotten."""
    at = (ecs._tasks.get(arn) or {}).get("stoppedAt")
    return float(ecs._ts_to_epoch(at)) if at else None
