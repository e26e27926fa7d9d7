"""In which order a run looks at the services, and where the next run begins if this one has no time for all.

Services are numbered in one order. A run begins at the service that the cursor names and goes round. If it reaches all,
the next run begins at the same place; if not, the next run begins at the first one that was left out. So with time for
`m` of `n` services in a run, each service is looked at within ceil(n / m) runs, whatever else happens.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile

from landfall.settings import Service

BATCH = 10
"""Services of one cluster that one call describes (Amazon ECS API reference, DescribeServices)."""
WHOLE_EVERY = 16
"""In one of so many rounds all recent records of a service are read: every four hours, if each run reaches all."""


@dataclass(frozen=True)
class Cursor:
    """Where the next run begins: at the service `next`, else at the first. `round` counts how often all had a turn."""

    next: str = ""
    round: int = 0


@dataclass(frozen=True)
class Turn:
    """A service's turn. `whole`: this time all of its recent records are read."""

    service: Service
    whole: bool


def in_turn(services: Iterable[Service], cursor: Cursor) -> list[Turn]:
    """Return the services in the order of this run. Those of one cluster are next to each other."""
    ordered = _ordered(services)
    first = _index(ordered, cursor.next)
    numbered = [(service, cursor.round + (n < first)) for n, service in enumerate(ordered)]
    return [Turn(s, is_whole(s.name, number)) for s, number in (*numbered[first:], *numbered[:first])]


def is_whole(service: str, number: int) -> bool:
    """Say whether a service's records are all read in this round. Each service has rounds of its own for that."""
    return (zlib.crc32(service.encode()) + number) % WHOLE_EVERY == 0


def batches(turns: Iterable[Turn]) -> list[list[Turn]]:
    """Return the turns in their order, in parts that one call can describe."""
    found = []
    for _, group in groupby(turns, key=lambda turn: turn.service.cluster):
        same = list(group)
        found += [same[at : at + BATCH] for at in range(0, len(same), BATCH)]
    return found


def after(cursor: Cursor, services: Iterable[Service], done: Collection[str]) -> Cursor:
    """Return where the next run begins, after a run that looked at the services that are `done`."""
    ordered = _ordered(services)
    if not ordered:
        return Cursor(round=cursor.round + 1)
    first = _index(ordered, cursor.next)
    round_ = [*ordered[first:], *ordered[:first]]
    reached = first + len(list(takewhile(lambda service: service.name in done, round_)))
    begin = reached % len(ordered)
    return Cursor(ordered[begin].name if begin else "", cursor.round + reached // len(ordered))


def _ordered(services: Iterable[Service]) -> Sequence[Service]:
    return sorted(services, key=lambda service: (service.cluster, service.name))


def _index(ordered: Sequence[Service], name: str) -> int:
    """Return where a service is in the order; the first place if it was taken out of the settings."""
    return next((n for n, service in enumerate(ordered) if service.name == name), 0)
