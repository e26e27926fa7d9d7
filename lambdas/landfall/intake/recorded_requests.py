"""Requests that are recorded before the build: how they are kept, and which of them belong to a push.

A service's front machine (statemachine/ask.asl.json) writes one item for each request into the ledger's table, in a
partition of its own outside any chain, and then starts the build. The event of a push names neither, so Landfall
matches a push with its requests by service, commit and time. An item is outside input: it is reported, but it decides
nothing.

A request is open from the time it was recorded until its own build is over, however long that takes; a later push
belongs to somebody else. If no build is known (the requester pushes, or CodeBuild does not answer), it is open for
WITHIN.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from landfall import wire
from landfall.model import UNKNOWN, Asked, Release
from landfall.partitions import REQUESTS
from landfall.redaction import Redaction, redacted
from landfall.text import plain_text

WITHIN = timedelta(hours=1)
"""Twice as long as a build may take (stacks/build_stack.py): CodeBuild may queue it first."""
LATE = timedelta(minutes=1)
"""How much later than the end of its build a push may be dated, by its event."""
KEPT_DAYS = 90
"""As long as Step Functions keeps executions, and CloudTrail its event history."""
MOST = 100
"""Requests of one commit that are looked at."""
TOLD_TOO = 2
"""How many other people who asked for the same commit a record names."""
IDENTITY = Redaction(off=("email address",))
"""The kinds that are redacted in a requester's name. Single sign-on uses mail addresses, and an audit needs those."""
_LIMITS = {"asked_by": 200, "via": 120, "reason": 240, "asked_at": 40, "asked_in": 200, "build": 120}
"""Bytes of each field, as JSON: a step's answer holds 8 KiB, and an index of many platforms takes most of that."""
_TOO_LIMIT = 160
"""The most bytes for each other requester."""

FIELDS = ("asked_by", "asked_at", "asked_via", "asked_why", "asked_in", "asked_build", "asked_too")
"""The fields of a ledger record about the request that led to its deployment."""


def partition(service: str) -> str:
    """Return the partition key of a service's requests. Their sort key begins with the commit."""
    return f"{REQUESTS}{service}"


def read(item: Mapping[str, Any]) -> Asked | None:
    """Read a recorded request. None for an item without a time: it can't be matched with a push."""
    plain = {name: _plain(item.get(name)) for name in _LIMITS}
    identity = IDENTITY.kinds
    kinds = {"asked_by": identity, "via": identity, "reason": None}
    told = {name: wire.cut(redacted(text, kinds.get(name, ())), _LIMITS[name]) for name, text in plain.items()}
    if _moment(told["asked_at"]) is None:
        return None
    return Asked(
        by=told["asked_by"] or UNKNOWN,
        at=told["asked_at"],
        via=told["via"] or UNKNOWN,
        reason=told["reason"],
        execution=told["asked_in"],
        build=told["build"],
    )


def before(found: Iterable[Asked], pushed_at: str) -> list[Asked]:
    """Return the requests that were recorded before a push, the oldest first."""
    pushed = _moment(pushed_at)
    known = ((_moment(each.at), each) for each in found)
    dated = [(at, each) for at, each in known if at and pushed and at.replace(microsecond=0) <= pushed]
    return [each for _, each in sorted(dated, key=lambda pair: (pair[0], pair[1].execution))]


def answered(found: Iterable[Asked], pushed_at: str, ends: Mapping[str, str]) -> tuple[Asked, ...]:
    """Return the requests that belong to a push, the oldest first.

    `ends` holds the time at which each known build was over, empty for one that still runs.
    """
    pushed = _moment(pushed_at)
    return tuple(each for each in before(found, pushed_at) if pushed and pushed <= _open_until(each, ends))


def of_execution(found: Iterable[Asked], execution_arn: str) -> tuple[Asked, ...]:
    """Return the request for which an execution was started: the front gives the execution its own name."""
    name = execution_arn.rpartition(":")[2]
    return tuple(each for each in found if name and each.execution.rpartition(":")[2] == name)[:1]


def joined(release: Release, answers: tuple[Asked, ...]) -> Release:
    """Return a release with its requesters. The first request is taken as the one that led to it."""
    if not answers:
        return release
    first, *others = answers
    told = [f"{each.by} at {each.at} by {each.via}" for each in others[:TOLD_TOO]]
    more = [f"and {len(others) - TOLD_TOO} more"] if len(others) > TOLD_TOO else []
    return replace(release, asked=first, asked_too=(*(wire.cut(each, _TOO_LIMIT) for each in told), *more))


def fields(release: Release) -> dict[str, str]:
    """Return the fields about the request for a ledger record; none if no request was recorded."""
    asked = release.asked
    came = {"came": release.came} if release.came else {}
    if asked is None:
        return came
    values = (asked.by, asked.at, asked.via, asked.reason, asked.execution, asked.build, "; ".join(release.asked_too))
    return {**came, **{name: value for name, value in zip(FIELDS, values, strict=True) if value}}


def who(release: Release) -> str:
    """Say in one line who asked for a release, and what started it."""
    if release.asked is None:
        return f"{release.requested_by} (a claim)"
    asked = release.asked
    too = f"; asked for too by {'; '.join(release.asked_too)}" if release.asked_too else ""
    return f"{asked.by} (a claim) at {asked.at} by {asked.via}; started by {release.requested_by}{too}"


def why(release: Release) -> str:
    """Return the reason that was given: the requester's, if there is one."""
    return (release.asked.reason if release.asked else "") or release.reason


def _open_until(asked: Asked, ends: Mapping[str, str]) -> datetime:
    if asked.build in ends:
        end = _moment(ends[asked.build])
        return end + LATE if end else datetime.max.replace(tzinfo=UTC)
    at = _moment(asked.at)
    return at + WITHIN if at else datetime.min.replace(tzinfo=UTC)


def _plain(value: Any) -> str:
    """Return a text of the item as one line, without invisible characters."""
    text = plain_text.plain(value) if isinstance(value, str) else ""
    return "".join(each if plain_text.is_text(each) else " " for each in text).strip()


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
