"""The words of all pages: one way to write a time, a span, a commit and a number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cli.timeline import brief
from landfall.model import UNKNOWN

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_FEW = 10
"""Below this many seconds, tenths of a second are shown."""
_SEE = re.compile(r";? ?see https://\S+")
_TASK = re.compile(r"https://[^\s/]+/ecs/[^\s]*/tasks/([0-9a-f]{8})[^\s,;]*")
_HEX = re.compile(r"[0-9a-f]{8,64}")


def moment(text: object) -> datetime | None:
    """Return a time in UTC; None if the text is not a time."""
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def clock(at: datetime | str) -> str:
    """Return a time as every page writes it: `2026-01-02 03:04:05`, in UTC."""
    known = at.astimezone(UTC) if isinstance(at, datetime) else moment(at)
    return f"{known:%Y-%m-%d %H:%M:%S}" if known else UNKNOWN


def took(record: Mapping[str, Any]) -> float | None:
    """Return how many seconds a deployment took; None if unknown."""
    began, ended = moment(record.get("started_at")), moment(record.get("ended_at"))
    return max(0.0, (ended - began).total_seconds()) if began and ended else None


def span(seconds: float) -> str:
    """Return a span in its two greatest units: `2 min 10 s`, `4 h 48 min`, `12 days`."""
    whole = max(0, round(seconds))
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE} s"
    if whole < 2 * _DAY:
        return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min"
    return f"{whole // _DAY} days"


def about(seconds: float) -> str:
    """Return a span in its greatest unit: `20 min`."""
    whole = max(0, round(seconds))
    for unit, name in ((2 * _DAY, "days"), (_HOUR, "h"), (_MINUTE, "min")):
        if whole >= unit:
            return f"{whole // (_DAY if name == 'days' else unit)} {name}"
    return f"{whole} s"


def ago(at: object, now: datetime) -> str:
    """Say how long ago something was: `20 min ago`; empty if unknown."""
    then = moment(at)
    return f"{about((now - then).total_seconds())} ago" if then else ""


def since(at: object, now: datetime) -> str:
    """Say since when something is so, and how long that is."""
    then = moment(at)
    return f"since {clock(then)} UTC, {about((now - then).total_seconds())}" if then else "since when is not known"


def seconds(number: float | None) -> str:
    """Return a short time in seconds with one decimal, and a longer time as a span; whole seconds have no decimal."""
    if number is None:
        return ""
    return f"{number:.1f} s" if number < _FEW and isinstance(number, float) else span(number)


def short(text: object) -> str:
    """Return the first seven digits of a commit or a digest, and any other text unchanged."""
    told = str(text).removeprefix("sha256:")
    return told[:7] if _HEX.fullmatch(told) else str(text)


def tail(arn: object) -> str:
    """Return the last part of an ARN or a path."""
    return str(arn).rpartition("/")[2]


def count(number: int, one: str, many: str = "") -> str:
    """Return a number and its noun: `1 release`, `3 releases`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def spelled(number: int) -> str:
    """Return a number as a word."""
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)


def sentence(text: str) -> str:
    """Return a text with a capital first letter."""
    return f"{text[:1].upper()}{text[1:]}"


def reason(text: object) -> str:
    """Return a reason with short names and without URLs: the record has the full text."""
    told = _SEE.sub("", str(text))
    return brief(_TASK.sub(r"task \1", told))
