"""Reads JSON values from records and reports. A value of an unexpected shape counts as absent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def parsed(text: Any) -> Mapping[str, Any]:
    """Return the object in a JSON text; an empty object if the text holds none."""
    try:
        return mapping(json.loads(text))
    except (TypeError, ValueError, RecursionError):
        return {}


def mapping(value: Any) -> Mapping[str, Any]:
    """Return the value if it is an object, else an empty object."""
    return value if isinstance(value, Mapping) else {}


def listed(value: Any) -> tuple[dict[str, Any], ...]:
    """Return the objects of a list; an empty list if the value is not a list."""
    return tuple(dict(each) for each in value if isinstance(each, Mapping)) if isinstance(value, list) else ()
