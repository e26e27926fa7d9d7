"""Checks the after-check settings of services.toml beyond their types."""

from __future__ import annotations

import re

from landfall.settings import Service
from landfall.settings.after import MOST_SECONDS
from landfall.settings_file.problem import Problems, limits
from landfall.text.lazy_pattern import Later

Where = tuple[str, ...]
_FUNCTION = Later(
    r"(arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:)?[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9_-]{1,128})?", re.ASCII
)
"""Lambda API reference, Invoke: FunctionName and Qualifier."""


def check(service: Service, where: Where, problem: Problems) -> None:
    """Check the after table of a service. Raises SettingsError."""
    after, here = service.after, (*where, "after")
    if after is None:
        return
    if not _FUNCTION.fullmatch(after.function):
        form = "its name or its ARN, with an alias: checkout-check:live"
        raise problem.at((*here, "function"), f"{after.function!r} is not a Lambda function; give {form}")
    _seconds(service, after.seconds, (*here, "seconds"), problem)


def _seconds(service: Service, seconds: int, where: Where, problem: Problems) -> None:
    limits({where[-1]: seconds}, where[:-1], problem)
    if seconds > MOST_SECONDS:
        raise problem.at(where, f"is {seconds}; it takes at most {MOST_SECONDS} (6 hours)")
    queue = service.limits.lock_attempts * service.limits.lock_poll_seconds
    if seconds > queue:
        holds = f"is {seconds}; the lock is held for so long"
        raise problem.at(where, f"{holds}, and a newer release waits {queue} s at most: raise lock_attempts")
