"""Measures the JSON that passes between the states, and makes it smaller without losing data.

Sizes are bytes of JSON: a character is up to four of them, and one that JSON escapes up to six.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import Enum
from itertools import accumulate, takewhile
from typing import Any, TypeVar

import dacite

from landfall.errors import InvalidStepInput, StepOutputTooLarge
from landfall.text.shortened import CUT

OUTPUT_LIMIT = 8 * 1024
"""Bytes of a step's answer. Step Functions kills an execution past any Catch at 256 KiB; a step needs far less."""

_PARSE = dacite.Config(strict=True, cast=[Enum, tuple])

I = TypeVar("I")  # noqa: E741

GROUPED = frozenset({"digests", "accepted"})
"""Fields that map containers to digests. Containers with the same image share the digests of the first one."""


def size(value: Any) -> int:
    """Return how many bytes a value takes as JSON."""
    return len(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def cut(text: str, limit: int) -> str:
    """Return a text of at most `limit` bytes as JSON, without its quotation marks. It shows where it was cut.

    Half a character, which a service's JSON can hold and UTF-8 can't, becomes a question mark.
    """
    text = text.encode("utf-8", "replace").decode()
    if size(text) - 2 <= limit:
        return text
    room, used = limit - len(CUT.encode()), accumulate(size(character) - 2 for character in text)
    kept = sum(1 for _ in takewhile(lambda so_far: so_far <= room, used))
    return text[:kept] + CUT


def packed(value: Any) -> Any:
    """Return a step's answer with each list of digests once: `{"app": […], "worker": 0}` for two of one image.

    The number says which container has them, counted from 0 by name: the order of JSON's keys does not matter.
    """
    if isinstance(value, list | tuple):
        return [packed(each) for each in value]
    if not isinstance(value, Mapping):
        return value
    return {k: _grouped(v) if k in GROUPED and isinstance(v, Mapping) else packed(v) for k, v in value.items()}


def unpacked(value: Any) -> Any:
    """Return the input of `packed`."""
    if isinstance(value, list | tuple):
        return [unpacked(each) for each in value]
    if not isinstance(value, Mapping):
        return value
    return {k: _apart(v) if k in GROUPED and isinstance(v, Mapping) else unpacked(v) for k, v in value.items()}


def parse(kind: type[I], event: Mapping[str, Any]) -> I:
    """Read a step's input. Raises InvalidStepInput if a field is missing, unknown or of another type."""
    try:
        return dacite.from_dict(kind, unpacked(event), _PARSE)
    except (dacite.DaciteError, ValueError, TypeError) as error:
        raise InvalidStepInput(f"{kind.__name__}: {error}") from error


def stored(kind: type[I], text: Any) -> I | None:
    """Read the JSON in a field of a ledger record; None if somebody made it unreadable."""
    try:
        return parse(kind, json.loads(text))
    except (InvalidStepInput, AttributeError, TypeError, ValueError, RecursionError):
        return None


def fitting(answer: Mapping[str, Any], limit: int = OUTPUT_LIMIT) -> dict[str, Any]:
    """Return an answer in its form as JSON. Raises StepOutputTooLarge if that takes more than `limit` bytes."""
    text = json.dumps(packed(answer), ensure_ascii=False).encode("utf-8", "replace")
    if len(text) > limit:
        raise StepOutputTooLarge(f"the step's answer has {len(text)} bytes; {limit} is the most")
    return dict(json.loads(text))


def _grouped(containers: Mapping[str, Any]) -> dict[str, Any]:
    first: dict[str, int] = {}
    places = [first.setdefault(json.dumps(containers[name]), place) for place, name in enumerate(sorted(containers))]
    return {
        name: containers[name] if at == place else at
        for place, (name, at) in enumerate(zip(sorted(containers), places, strict=True))
    }


def _apart(containers: Mapping[str, Any]) -> dict[str, Any]:
    names = sorted(containers)
    return {name: containers[names[told]] if isinstance(told, int) else told for name, told in containers.items()}
