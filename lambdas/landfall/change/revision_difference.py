"""Compares two revisions field by field, and leaves out fields that are equal.

`changes` compares the running revision with one that would be registered, `between` two registered ones.
`without_secrets` leaves out every value that may be a secret: more people see the result than may describe task
definitions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from landfall.change.task_definition import ACCEPTED
from landfall.redaction import redacted
from landfall.text.lazy_pattern import Later

Revision = tuple[Mapping[str, Any], Mapping[str, str]]
"""A revision as ECS describes it, and its tags."""
OWN_TAGS = "landfall:"
"""Landfall's own tags name the deployment of a revision, so they always differ."""

_NAMED = ("name", "key")
"""The key that names the items of a list without a meaningful order: containers, variables, tags."""


@dataclass(frozen=True)
class Change:
    """One field that differs. `before` is None for an added field, `after` for a removed one."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Field:
    """One field that differs, without what may be a secret: `before` and `after` are None where a value is not shown.

    `name` is a path. Of an environment variable, a secret, an option or a label it holds the name alone.
    """

    name: str
    how: Literal["added", "removed", "changed"]
    before: str | None = None
    after: str | None = None


_SHOWN = Later(
    r"(cpu|memory|networkMode|taskRoleArn|executionRoleArn|pidMode|ipcMode|enableFaultInjection|ephemeralStorage\.sizeInGiB"
    r"|requiresCompatibilities\[\d+\]|runtimePlatform\.\w+|containerDefinitions\.[\w-]+\.(image|cpu|memory"
    r"|memoryReservation|essential|privileged|readonlyRootFilesystem|user|startTimeout|stopTimeout|versionConsistency"
    r"|portMappings\S*\.(containerPort|hostPort|protocol|appProtocol)|healthCheck\.(interval|timeout|retries|startPeriod)"
    r"|logConfiguration\.(logDriver|options\.awslogs-(group|region|stream-prefix))))"
)
"""Fields whose values can't be secrets. Of other fields, such as environment variables, only the name is shown."""


def between(before: Revision, after: Revision) -> tuple[Change, ...]:
    """Return the differences between two registered revisions, without Landfall's own tags."""
    own = {key: after[0][key] for key in ACCEPTED if after[0].get(key) is not None}
    tags = [{"key": k, "value": v} for k, v in after[1].items() if not k.startswith(("aws:", OWN_TAGS))]
    kept = {k: v for k, v in before[1].items() if not k.startswith(OWN_TAGS)}
    return changes(before[0], kept, {**own, "tags": tags})


def without_secrets(found: Iterable[Change]) -> tuple[Field, ...]:
    """Return changes without values that may be secrets: each field once, and of a secret only the name."""
    told: dict[str, Field] = {}
    for each in found:
        how: Literal["added", "removed", "changed"] = "changed"
        if each.before is None:
            how = "added"
        elif each.after is None:
            how = "removed"
        if _SHOWN.fullmatch(each.field):
            told[each.field] = Field(each.field, how, _told(each.before), _told(each.after))
        else:
            name = each.field.removesuffix(".valueFrom")
            told[name] = Field(name, how)
    return tuple(told.values())


def _told(value: str | None) -> str | None:
    return None if value is None else redacted(value)


def changes(live: Mapping[str, Any], tags: Mapping[str, str], request: Mapping[str, Any]) -> tuple[Change, ...]:
    """Return the differences between a revision with its tags, as described, and a RegisterTaskDefinition request.

    It ignores `registeredAt`, all other fields that ECS adds by itself, and AWS's own tags.
    """
    own = {key: live[key] for key in ACCEPTED if live.get(key) is not None}
    own["tags"] = [{"key": k, "value": v} for k, v in tags.items() if not k.startswith("aws:")]
    before, after = dict(_fields(own)), dict(_fields(request))
    names = [*before, *(name for name in after if name not in before)]
    return tuple(
        Change(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)
    )


def _fields(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield each simple value under its path."""
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
