"""Makes the errors of services.toml, which name the line, the key and the way out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from landfall.errors import SettingsError
from landfall.text.lazy_pattern import Later

LONGEST = 200
"""The most characters of a pattern, a JMESPath or a path."""


class Problems:
    """Makes a SettingsError that points at the line of a key."""

    def __init__(self, text: str, path: Path) -> None:
        self._lines = text.splitlines()
        self._path = path

    def at(self, keys: tuple[str, ...], why: str) -> SettingsError:
        """Return the error for a key; the caller raises it."""
        line = self._line(keys)
        where = f"{self._path}:{line}" if line else str(self._path)
        return SettingsError(f"{where}: {'.'.join(k for k in keys if k)}: {why}")

    def _line(self, keys: tuple[str, ...]) -> int | None:
        """Return the line of the key in its table, else the line of the nearest table above it."""
        for depth in range(len(keys), 0, -1):
            start = self._header(".".join(keys[:depth]))
            if start is None:
                continue
            for number in range(start + 1, len(self._lines)):
                if self._lines[number].lstrip().startswith("["):
                    break
                if depth < len(keys) and re.match(rf"\s*{re.escape(keys[depth])}\b", self._lines[number]):
                    return number + 1
            return start + 1
        return None

    def _header(self, table: str) -> int | None:
        """Return the line of a table's header. `name[2]` is the second [[name]]."""
        listed = re.fullmatch(r"(.+)\[(\d+)\]", table)
        name = re.escape(listed[1] if listed else table)
        header = Later(rf"\s*\[\[\s*{name}\s*\]\]" if listed else rf"\s*\[\s*{name}\s*\]")
        found = [n for n, text in enumerate(self._lines) if header.match(text)]
        at = int(listed[2]) - 1 if listed else 0
        return found[at] if at < len(found) else None


MAY_BE_ZERO = frozenset({"bake_seconds", "owner_pause_seconds"})
"""Limits that may be 0, which switches them off."""


def limits(table: Mapping[str, Any], where: tuple[str, ...], problem: Problems) -> None:
    """Check that every value is a whole number of at least 1, or 0 if that is allowed. Raises SettingsError."""
    for key, value in table.items():
        least = 0 if key in MAY_BE_ZERO else 1
        if type(value) is not int or value < least:
            raise problem.at((*where, key), f"is {value!r}; must be a whole number of at least {least}")


def compiled(
    compiler: Callable[[str], object], error: type[Exception], text: str, where: tuple[str, ...], problem: Problems
) -> None:
    """Check that a pattern or an expression can be compiled. Raises SettingsError."""
    if not 0 < len(text) <= LONGEST:
        raise problem.at(where, f"has {len(text)} characters; it takes 1 to {LONGEST}")
    try:
        compiler(text)
    except error as wrong:
        raise problem.at(where, f"{text!r} can't be read: {' '.join(str(wrong).split())}") from wrong
