"""Says where services.toml is wrong: the line, the key, the way out."""

from __future__ import annotations

import re
from pathlib import Path

from landfall.errors import SettingsError


class Problems:
    """Makes a SettingsError that points at the line of a key."""

    def __init__(self, text: str, path: Path) -> None:
        self._lines = text.splitlines()
        self._path = path

    def at(self, keys: tuple[str, ...], why: str) -> SettingsError:
        """Return the error for a key, to be raised."""
        line = self._line(keys)
        where = f"{self._path}:{line}" if line else str(self._path)
        return SettingsError(f"{where}: {'.'.join(k for k in keys if k)}: {why}")

    def _line(self, keys: tuple[str, ...]) -> int | None:
        """Find the key in its table; failing that the nearest table above it."""
        for depth in range(len(keys), 0, -1):
            header = re.compile(rf"\s*\[\s*{re.escape('.'.join(keys[:depth]))}\s*\]")
            start = next((n for n, text in enumerate(self._lines) if header.match(text)), None)
            if start is None:
                continue
            for number in range(start + 1, len(self._lines)):
                if self._lines[number].lstrip().startswith("["):
                    break
                if depth < len(keys) and re.match(rf"\s*{re.escape(keys[depth])}\b", self._lines[number]):
                    return number + 1
            return start + 1
        return None
