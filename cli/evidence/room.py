"""Says what to do where the disk has no room for what a check puts aside."""

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
        needs = "a check puts 1 KB a record aside in a temporary file, an export each record whole"
        raise Refused("NO_ROOM", f"{error}: {needs}; set TMPDIR to a directory with room") from error
