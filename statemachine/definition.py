"""Loads the state machines' definitions. The files have `${<Step>Arn}` where a step's function goes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any

_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


class Machine(Enum):
    """The state machines. The value is what the file is called before `.asl.json`."""

    DEPLOY = "deploy"
    BUILD_WATCH = "build_watch"
    ASK = "ask"


def file(machine: Machine) -> Path:
    """Return the path of the machine's file."""
    return Path(__file__).with_name(f"{machine.value}.asl.json")


def definition_text(machine: Machine = Machine.DEPLOY) -> str:
    """Return the text of the file."""
    return file(machine).read_text(encoding="utf-8")


def unspaced(machine: Machine) -> str:
    """Return the definition without blanks between its parts."""
    return json.dumps(definition(machine), separators=(",", ":"), ensure_ascii=False)


def definition(machine: Machine = Machine.DEPLOY) -> dict[str, Any]:
    """Return the definition, parsed."""
    return parsed(definition_text(machine))


def parsed(text: str) -> dict[str, Any]:
    """Return the definition in a text. Raises ValueError if an object has two keys of one name."""
    return dict(json.loads(text, object_pairs_hook=_unique))


def written(definition: Mapping[str, Any]) -> str:
    """Return the text of a definition in the form of the files."""
    return json.dumps(definition, indent=2, ensure_ascii=False) + "\n"


def filled(text: str, value: str) -> str:
    """Return the text of a definition with this value for each of its placeholders."""
    return _PLACEHOLDER.sub(lambda _: value, text)


def placeholders(machine: Machine = Machine.DEPLOY) -> frozenset[str]:
    """Return the names that must be substituted before the definition is deployed."""
    return frozenset(_PLACEHOLDER.findall(definition_text(machine)))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object's members. json.loads would keep the last of two of one name and say nothing."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {next(n for n in names if names.count(n) > 1)!r} is there twice; remove one")
    return found
