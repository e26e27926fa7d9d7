"""Finds the versions of the steps' functions that no execution can call any more.

An execution keeps the definition that it began with, even if it is redriven (Step Functions API reference,
UpdateStateMachine, RedriveExecution), and a definition names versions. So a version is needed if it is named in the
current definition of a machine, or in the definition of an execution that runs or can still be redriven. Nothing else
calls a version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from landfall.text.lazy_pattern import Later

LOOK_EVERY = timedelta(hours=1)
REDRIVABLE = timedelta(days=14)
"""How long after its end an execution can be redriven (Step Functions API reference, RedriveExecution)."""
LONGEST = timedelta(days=1)
"""Longer than a deployment takes. A longer one is still found, because it is running."""
KEPT = REDRIVABLE + LONGEST
"""A younger version is never removed."""
SETTLED = timedelta(minutes=5)
"""An execution that starts right after an update may still begin with the old definition (Step Functions API reference,
UpdateStateMachine). For executions that started within this time, the definition of each one is read."""
MOST = 300
"""How many versions one look removes; the next looks remove the rest. Lambda allows an account 15 such calls a second
(Lambda developer guide, quotas)."""

_FUNCTION = Later(r'arn:[^":]*:lambda:[^":]*:\d*:function:([\w-]+)(?::(\d+))?')


@dataclass(frozen=True, order=True)
class Version:
    """A published version of a function."""

    function: str
    number: int
    published_at: datetime

    def __str__(self) -> str:
        """Return it as Lambda names it: function and number."""
        return f"{self.function}:{self.number}"


@dataclass(frozen=True)
class Began:
    """An execution that runs or can be redriven, and when it started."""

    arn: str
    started_at: datetime


@dataclass(frozen=True)
class Definition:
    """The definition that an execution began with, and when its machine got it."""

    text: str
    updated_at: datetime


def functions(definitions: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the functions in definitions, each once."""
    return tuple(dict.fromkeys(name for text in definitions for name, _ in _FUNCTION.findall(text)))


def named(definitions: Iterable[str]) -> frozenset[tuple[str, int]]:
    """Return the versions in definitions: function and number."""
    return frozenset((name, int(number)) for text in definitions for name, number in _FUNCTION.findall(text) if number)


def old(versions: Sequence[Version], used: frozenset[tuple[str, int]], now: datetime) -> tuple[Version, ...]:
    """Return the versions that are old enough to be removed, oldest first.

    It leaves out versions in use, and the newest version of each function. A deploy may just have published the newest
    and not updated the machine yet. The time that Lambda reports doesn't help: it is the time when the function was
    changed, which can be long before.
    """
    newest: dict[str, int] = {}
    for each in versions:
        newest[each.function] = max(each.number, newest.get(each.function, 0))
    found = (v for v in unused(versions, used) if v.number != newest[v.function] and v.published_at <= now - KEPT)
    return tuple(sorted(found, key=lambda v: (v.published_at, v)))


def unused(versions: Iterable[Version], used: frozenset[tuple[str, int]]) -> tuple[Version, ...]:
    """Return the versions that are not among those in use."""
    return tuple(v for v in versions if (v.function, v.number) not in used)


def began_with(executions: Iterable[Began], read: Callable[[str], Definition]) -> Iterator[str]:
    """Yield the definitions that executions began with. If many share one, only few are read.

    All executions that started between two updates have the same definition. So it goes from the newest execution back,
    and after each definition it skips the executions that started since the machine got that definition.
    """
    shared_since: datetime | None = None
    for execution in sorted(executions, key=lambda each: each.started_at, reverse=True):
        if shared_since and execution.started_at >= shared_since:
            continue
        definition = read(execution.arn)
        yield definition.text
        if execution.started_at >= definition.updated_at + SETTLED:
            shared_since = definition.updated_at + SETTLED
