"""Trait: a Task that waits for its token fails with its function, and its timeout may be an expression.

AWS ("Wait for a callback with task token" in the Step Functions Developer Guide; Amazon States Language, Task state):
if the function fails, the Task fails at once, with the function's error. `TimeoutSeconds` may be a JSONata expression.
A wait that times out is an event TaskTimedOut, not TaskFailed (API reference, HistoryEvent).
Emulator: it keeps waiting after the function's error, takes `TimeoutSeconds` literally, and writes TaskFailed.
Here: as AWS.
"""

from __future__ import annotations

import threading
from typing import Any

from ministack.services import stepfunctions

CALLBACK = ".waitForTaskToken"
_here = threading.local()


def apply() -> None:
    """Let waits end as on AWS."""
    _evaluate_timeouts()
    _see_errors()
    _write_timeouts()


def _evaluate_timeouts() -> None:
    execute = stepfunctions._execute_task

    def executed(state_def: dict[str, Any], raw_input: Any, execution: Any, ctx: Any) -> Any:
        if isinstance(state_def.get("TimeoutSeconds"), str):
            seconds = stepfunctions._jsonata_state_field(state_def, "TimeoutSeconds", "number", raw_input, ctx)
            state_def = {**state_def, "TimeoutSeconds": seconds}
        return execute(state_def, raw_input, execution, ctx)

    stepfunctions._execute_task = executed


def _see_errors() -> None:
    invoke, call = stepfunctions._invoke_with_callback, stepfunctions._call_lambda

    def invoked(resource: str, input_data: Any, token: str, state_def: dict[str, Any]) -> Any:
        _here.token = token
        try:
            return invoke(resource, input_data, token, state_def)
        finally:
            _here.token = ""

    def called(func_ref: str, event: Any) -> Any:
        token = getattr(_here, "token", "")
        try:
            return call(func_ref, event)
        except stepfunctions._ExecutionError as error:
            if token and (waiting := stepfunctions._task_tokens.get(token)):
                waiting["error"] = {"Error": error.error, "Cause": error.cause}
                waiting["event"].set()
            raise

    stepfunctions._invoke_with_callback, stepfunctions._call_lambda = invoked, called


def _write_timeouts() -> None:
    add = stepfunctions._add_event

    def added(execution: Any, kind: str, details: dict[str, Any] | None = None, *args: Any, **more: Any) -> Any:
        failed = (details or {}).get("taskFailedEventDetails", {})
        if failed.get("error") == "States.Timeout" and CALLBACK in str(failed.get("resource")):
            kind, details = "TaskTimedOut", {"taskTimedOutEventDetails": failed}
        return add(execution, kind, details, *args, **more)

    stepfunctions._add_event = added
