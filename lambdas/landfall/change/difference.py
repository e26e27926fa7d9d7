"""What a revision that would be registered changes of the one that runs: field by field, values that stay left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from landfall.change.task_definition import ACCEPTED

_NAMED = ("name", "key")
"""What the items of a list are called by, where their order says nothing: containers, variables, tags."""


@dataclass(frozen=True)
class Change:
    """One field that differs. `before` is None for one that is added, `after` for one that is taken out."""

    field: str
    before: str | None
    after: str | None


def changes(live: Mapping[str, Any], tags: Mapping[str, str], request: Mapping[str, Any]) -> tuple[Change, ...]:
    """Return what a RegisterTaskDefinition request changes of a revision as ECS describes it, and of its tags.

    `registeredAt` and all else that ECS adds by itself is no difference, nor are AWS's own tags.
    """
    own = {key: live[key] for key in ACCEPTED if live.get(key) is not None}
    own["tags"] = [{"key": k, "value": v} for k, v in tags.items() if not k.startswith("aws:")]
    before, after = dict(_fields(own)), dict(_fields(request))
    names = [*before, *(name for name in after if name not in before)]
    return tuple(
        Change(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)
    )


def _fields(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield each value that is no container of others, under the names that lead to it."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _fields(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list | tuple):
        for place, item in enumerate(value):
            yield from _item(item, name, place)
    else:
        yield name, str(value)


def _item(item: Any, name: str, place: int) -> Iterator[tuple[str, str]]:
    called = next((k for k in _NAMED if isinstance(item, Mapping) and k in item), None)
    if called is None:
        yield from _fields(item, f"{name}[{place}]")
    elif item.keys() == {called, "value"}:
        yield f"{name}.{item[called]}", str(item["value"])
    else:
        yield from _fields({k: v for k, v in item.items() if k != called}, f"{name}.{item[called]}")
