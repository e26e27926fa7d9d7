"""Says what to do if the disk has no room for a check's temporary file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from cli.exits import Refused


@contextmanager
def needed() -> Iterator[None]:
    """Turn an error of the temporary database into Refused."""
    try:
        yield
    except sqlite3.Error as error:
        needs = "a check writes 1 KB per record to a temporary file, and an export writes each whole record"
        raise Refused("NO_ROOM", f"{error}: {needs}; set TMPDIR to a directory with room") from error
