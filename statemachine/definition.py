"""Loads the state machine's definition. The file has `${<Step>Arn}` where a step's function goes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

PATH = Path(__file__).with_name("deploy.asl.json")
_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


def definition_text() -> str:
    """Return the definition as it stands in the file."""
    return PATH.read_text(encoding="utf-8")


def definition() -> dict[str, Any]:
    """Return the definition, parsed."""
    return dict(json.loads(definition_text()))


def placeholders() -> frozenset[str]:
    """Return the names that must be substituted before the definition is deployed."""
    return frozenset(_PLACEHOLDER.findall(definition_text()))
