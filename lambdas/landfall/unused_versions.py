"""Which versions of the steps' functions no execution can call any more.

An execution keeps the definition that it began with, also where it is redriven (Step Functions API reference,
UpdateStateMachine, RedriveExecution), and a definition names versions. So a version is needed while a definition names
it that is a machine's now, or that of an execution which runs or can still be redriven. Nothing else calls one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from landfall.text.later import Later

LOOK_EVERY = timedelta(hours=1)
REDRIVABLE = timedelta(days=14)
"""How long after its end an execution can be redriven (Step Functions API reference, RedriveExecution)."""
LONGEST = timedelta(days=1)
"""More than a deployment takes; one that takes longer is seen to be running."""
KEPT = REDRIVABLE + LONGEST
"""No version is removed that is younger, whatever names it."""
SETTLED = timedelta(minutes=5)
"""An execution that starts right after an update may still begin with the definition from before it (Step Functions API
reference, UpdateStateMachine): so long each one is asked which it is."""
MOST = 300
"""Versions that are removed at one look; the next takes the others. Lambda takes 15 such calls a second of an account
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
    """The definition that an execution began with, and since when its machine had it."""

    text: str
    updated_at: datetime


def functions(definitions: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the functions in definitions, each once."""
    return tuple(dict.fromkeys(name for text in definitions for name, _ in _FUNCTION.findall(text)))


def named(definitions: Iterable[str]) -> frozenset[tuple[str, int]]:
    """Return the versions in definitions: function and number."""
    return frozenset((name, int(number)) for text in definitions for name, number in _FUNCTION.findall(text) if number)


def old(versions: Sequence[Version], used: frozenset[tuple[str, int]], now: datetime) -> tuple[Version, ...]:
    """Return the versions that are old enough to be removed, the oldest first: none in use, and no function's newest.

    The newest may have been published a moment ago, by a deploy that has not come to the machine yet: Lambda says when
    a version's function was changed, which can be long before.
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
    """Yield the definitions that executions began with. Of many that share one, few are read.

    A definition is that of every execution which started between the update that made it, and the next: from the
    newest execution back, the next to ask is the first that started before the last one's definition was there.
    """
    shared_since: datetime | None = None
    for execution in sorted(executions, key=lambda each: each.started_at, reverse=True):
        if shared_since and execution.started_at >= shared_since:
            continue
        definition = read(execution.arn)
        yield definition.text
        if execution.started_at >= definition.updated_at + SETTLED:
            shared_since = definition.updated_at + SETTLED
