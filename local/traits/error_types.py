"""Trait: a function's error has the name of its exception.

AWS ("Error handling in Python Lambda functions" of the Lambda Developer Guide, "Handling errors in Step Functions
workflows"): the `errorType` of an unhandled exception is the name of its class, and Step Functions matches it with the
`ErrorEquals` of a Retry and a Catch.
Emulator: every exception of a warm worker is a Runtime.HandlerError. A Retry that names an error never matches.
Here: the name is read from the trace that the worker returns.
"""

from __future__ import annotations

import re
from typing import Any

from ministack.services import lambda_svc

UNNAMED = "Runtime.HandlerError"
_HEADER = "Traceback (most recent call last):\n"
_ERROR = re.compile(r"^(?:[\w<>]+\.)*(\w+)(?::|$)")


def apply() -> None:
    """Name the errors of warm workers."""
    execute = lambda_svc._execute_function_warm

    def executed(func: Any, event: Any, request_id: str) -> Any:
        result = execute(func, event, request_id)
        body = result.get("body")
        if result.get("error") and isinstance(body, dict) and body.get("errorType") == UNNAMED:
            body["errorType"] = error_type(result.get("log", ""))
        return result

    lambda_svc._execute_function_warm = executed


def error_type(log: str) -> str:
    """Return the class name of the last exception in a log that ends with a trace; UNNAMED without one."""
    _, header, trace = log.rpartition(_HEADER)
    told = (line for line in trace.split("\n") if header and line and not line[0].isspace())
    found = _ERROR.match(next(told, ""))
    return found[1] if found else UNNAMED
