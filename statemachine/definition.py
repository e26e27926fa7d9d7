"""Loads the state machines' definitions. The files have `${<Step>Arn}` where a step's function goes."""

from __future__ import annotations

import json
import re
from enum import Enum
from pathlib import Path
from typing import Any

_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


class Machine(Enum):
    """The state machines. The value is what the file is called before `.asl.json`."""

    DEPLOY = "deploy"
    BUILD_WATCH = "build_watch"
    ASK = "ask"


def definition_file(machine: Machine = Machine.DEPLOY) -> Path:
    """Return the file of the definition."""
    return Path(__file__).with_name(f"{machine.value}.asl.json")


def definition_text(machine: Machine = Machine.DEPLOY) -> str:
    """Return the definition as it stands in the file."""
    return definition_file(machine).read_text(encoding="utf-8")


def definition(machine: Machine = Machine.DEPLOY) -> dict[str, Any]:
    """Return the definition, parsed."""
    return dict(json.loads(definition_text(machine)))


def placeholders(machine: Machine = Machine.DEPLOY) -> frozenset[str]:
    """Return the names that must be substituted before the definition is deployed."""
    return frozenset(_PLACEHOLDER.findall(definition_text(machine)))
