"""Redacts a step's error before it leaves the step.

Step Functions keeps an error's message in the execution's history and passes it on as the Cause, which the machine's
variables and its Fail states repeat; X-Ray and the Lambda's log keep it too. All take it from the exception.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from landfall.redaction import Redacts, redacted

_OF_ERRORS = ("exception", "value", "why")
"""The keys of a log line, or of its stack trace, that hold an error's message."""


def safe(error: Exception, kinds: Iterable[Redacts]) -> Exception:
    """Return an error of the same name and class with the same message, without personal or secret data.

    An error without such data is returned unchanged. The name decides what the machine does. Cause and context are
    dropped, since they could contain the original message.
    """
    text = redacted(str(error), kinds)
    if text == str(error):
        return error
    kind = type(error)
    like: Any = type(kind.__name__, (kind,), {"__str__": lambda _: text, "__module__": kind.__module__})
    made: Exception = like.__new__(like, text)
    made.__suppress_context__ = True
    return made.with_traceback(error.__traceback__)


class SafeFormatter(LambdaPowertoolsFormatter):
    """Writes a log line as powertools does, with errors redacted."""

    def serialize(self, log: Any) -> str:
        """Return the line as JSON."""
        return super().serialize(_told(log))


def _told(log: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _lines(str(value)) if key in _OF_ERRORS else _told(value) if isinstance(value, dict) else value
        for key, value in log.items()
    }


def _lines(text: str) -> str:
    """Redact line by line: a trace is longer than the limit for one text."""
    return "\n".join(redacted(line) for line in text.split("\n"))
