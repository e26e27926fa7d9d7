"""Botocore's files, read once by a process: else each session parses the models of its services again.

To parse those of a step's clients takes longer than most tests. The clients of one session share them as they are, so
sessions can too.
"""

from __future__ import annotations

from functools import wraps
from typing import Any

from botocore.loaders import JSONFileLoader

_load = JSONFileLoader.load_file
_files: dict[str, Any] = {}


def read_once() -> None:
    """Keep what is read from now on."""
    JSONFileLoader.load_file = _kept


@wraps(_load)
def _kept(self: Any, path: str) -> Any:
    if path not in _files:
        found = _load(self, path)
        if found is None:  # it is not there; another directory may have it
            return None
        _files[path] = found
    return _files[path]
