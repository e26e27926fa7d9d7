"""What a step's error may say where it leaves the step.

Step Functions keeps an error's message in the execution's history and hands it on as the Cause, which the machine's
variables and its Fail states repeat; X-Ray and the Lambda's own log keep it too. All take it from the exception.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from landfall.redaction import Redacts, redacted

_OF_ERRORS = ("exception", "value", "why")
"""The keys of a log line, or of its stack trace, that hold what an error says."""


def safe(error: Exception, kinds: Iterable[Redacts]) -> Exception:
    """Return an error of the same name and class that says the same, without personal or secret data.

    One that has nothing to hide is returned as it is. The name decides what the machine does; the cause and the context
    are left behind, since they would tell what the message does not.
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
    """Writes a log line as powertools does, but for what errors in it must not say."""

    def serialize(self, log: Any) -> str:
        """Return the line as JSON."""
        return super().serialize(_told(log))


def _told(log: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _lines(str(value)) if key in _OF_ERRORS else _told(value) if isinstance(value, dict) else value
        for key, value in log.items()
    }


def _lines(text: str) -> str:
    """Redact line by line: a trace is longer than what is looked at of one text."""
    return "\n".join(redacted(line) for line in text.split("\n"))
