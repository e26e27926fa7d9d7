"""Computes one hash of a directory, to compare two builds."""

from __future__ import annotations

import hashlib
from pathlib import Path


def digest(directory: Path) -> str:
    """Return the SHA-256 of the names and bytes of every file, in the order of the names."""
    told = hashlib.sha256()
    for path in sorted(p for p in directory.rglob("*") if p.is_file()):
        name, content = path.relative_to(directory).as_posix().encode(), path.read_bytes()
        told.update(b"%d:%s:%d:" % (len(name), name, len(content)) + content)
    return told.hexdigest()
