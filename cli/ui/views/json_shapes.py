"""Reads what records and reports hold as JSON: what has another shape counts as absent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def parsed(text: Any) -> Mapping[str, Any]:
    """Return the object that a JSON text holds; an empty one where it holds none."""
    try:
        return mapping(json.loads(text))
    except (TypeError, ValueError, RecursionError):
        return {}


def mapping(value: Any) -> Mapping[str, Any]:
    """Return the value if it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def listed(value: Any) -> tuple[dict[str, Any], ...]:
    """Return the objects of a list; none where it is no list."""
    return tuple(dict(each) for each in value if isinstance(each, Mapping)) if isinstance(value, list) else ()
