"""Botocore's files, found and read once by a process: else each session parses the models of its services again.

To parse those of a step's clients takes longer than most tests, and to look for them is a tenth of what the command's
tests cost: each makes sessions of its own. The clients of one session share what is read as it is, so sessions can too.
"""

from __future__ import annotations

from functools import cache, wraps
from pathlib import Path
from typing import Any

import boto3
import botocore.session
from botocore.loaders import JSONFileLoader, Loader, create_loader

_load = JSONFileLoader.load_file
_files: dict[str, Any] = {}


def read_once() -> None:
    """Keep what is found and read from now on."""
    JSONFileLoader.load_file = _kept
    vars(botocore.session)["create_loader"] = _loader


@wraps(_load)
def _kept(self: Any, path: str) -> Any:
    if path not in _files:
        found = _load(self, path)
        if found is None:  # it is not there; another directory may have it
            return None
        _files[path] = found
    return _files[path]


class _Paths(list[str]):
    """Where a loader looks. Each of boto3's sessions adds its own directory, and one time is enough."""

    def append(self, path: str) -> None:
        if path not in self:
            super().append(path)


@cache
def _loader(search_path: str | None = None) -> Loader:
    """Return the loader of all sessions that look in the same places: it keeps what it found."""
    loader = create_loader(search_path)
    loader._search_paths = _Paths(loader.search_paths)
    loader.search_paths.append(str(Path(boto3.__file__).parent / "data"))
    return loader
