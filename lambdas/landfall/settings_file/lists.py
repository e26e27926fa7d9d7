"""Finds values of services.toml that must be lists but are not, before they are read.

The reader turns a list into a tuple, and Python turns a text into a tuple of its letters: a command that is written as
one text would run letter by letter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import is_dataclass
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from landfall.settings_file.problem import Problems


def check(kind: type, table: Mapping[str, Any], where: tuple[str, ...], problem: Problems) -> None:
    """Check every value of a table, and of the tables inside it, whose type is a list. Raises SettingsError."""
    for key, hint in get_type_hints(kind).items():
        value = table.get(key)
        if value is None:
            continue
        kinds = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
        if any(get_origin(each) is tuple for each in kinds) and not isinstance(value, list | tuple):
            raise problem.at((*where, key), f"is {value!r}; must be a list: {key} = [{_shown(value)}]")
        for each in kinds:
            if is_dataclass(each) and isinstance(each, type) and isinstance(value, Mapping):
                check(each, value, (*where, key), problem)


def _shown(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) and value.isprintable() and '"' not in value else "…"
