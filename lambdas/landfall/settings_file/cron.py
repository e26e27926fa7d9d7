"""Reads the schedules that EventBridge takes: `minutes hours day-of-month month day-of-week year`, in UTC. Pure.

Source: EventBridge user guide, "Setting a schedule pattern for scheduled rules". One of the two days is `?`, and only
one. This checks what EventBridge would refuse, since otherwise the deploy of the stack would fail.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time

from landfall.text.lazy_pattern import Later

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
EITHER = "?"
_PART = Later(r"(\*|\w+)(?:-(\w+))?(?:/(\d+))?")
_NEVER = Later(r"(?!)")


@dataclass(frozen=True)
class Field:
    """One field: its values, their names from the least one on, and other forms that it takes."""

    name: str
    least: int
    most: int
    names: tuple[str, ...] = ()
    other: Later = _NEVER


FIELDS = (
    Field("minutes", 0, 59),
    Field("hours", 0, 23),
    Field("day of month", 1, 31, other=Later(r"\?|LW?|L-([1-9]|[12]\d|30)|([1-9]|[12]\d|3[01])W")),
    Field("month", 1, 12, MONTHS),
    Field("day of week", 1, 7, DAYS, Later(rf"\?|L|([1-7]|{'|'.join(DAYS)})(L|#[1-5])")),
    Field("year", 1970, 2199),
)
_MONTH_DAY, _WEEK_DAY = 2, 4


def times(text: str) -> list[time]:
    """Return the times of day of a schedule. Raises ValueError for one that EventBridge would refuse."""
    parts = text.split()
    if len(parts) != len(FIELDS):
        raise ValueError(f"it has {len(parts)} fields")
    if (parts[_MONTH_DAY] == EITHER) == (parts[_WEEK_DAY] == EITHER):
        raise ValueError("one of the two days must be '?', and the other one not")
    minutes, hours, *_ = (_values(part, field) for part, field in zip(parts, FIELDS, strict=True))
    return [time(hour, minute) for hour in sorted(hours) for minute in sorted(minutes)]


def _values(text: str, field: Field) -> set[int]:
    return {value for part in text.split(",") for value in _part(part, field)}


def _part(text: str, field: Field) -> Iterator[int]:
    """Yield the values of one item of a list. Forms such as `L` have no value of their own."""
    if field.other.fullmatch(text):
        return
    match = _PART.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no {field.name}")
    first, last, step = match.groups()
    begin = field.least if first == "*" else _value(first, field)
    end = _value(last, field) if last else field.most if first == "*" or step else begin
    every = int(step or 1)
    if not every:
        raise ValueError(f"{text!r} has a step of 0")
    if end < begin:  # a range over the end, such as FRI-MON
        end += field.most - field.least + 1
    count = field.most - field.least + 1
    yield from (field.least + (value - field.least) % count for value in range(begin, end + 1, every))


def _value(text: str, field: Field) -> int:
    if text in field.names:
        return field.least + field.names.index(text)
    if not text.isascii() or not text.isdecimal() or not field.least <= int(text) <= field.most:
        named = f", or {field.names[0]} to {field.names[-1]}" if field.names else ""
        raise ValueError(f"{text!r} is no {field.name}: {field.least} to {field.most}{named}")
    return int(text)
