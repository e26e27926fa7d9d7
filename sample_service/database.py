"""The embedded database: one SQLite file, which is read for every request that reports on it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

_SCHEMA = """
CREATE TABLE IF NOT EXISTS records (id INTEGER PRIMARY KEY, title TEXT NOT NULL, created TEXT NOT NULL);
INSERT OR IGNORE INTO records VALUES
    (1, 'first light', '2024-01-01'), (2, 'headland', '2024-02-01'), (3, 'safe harbour', '2024-03-01');
"""

DatabaseError = sqlite3.Error
"""The error if the database does not answer."""


@dataclass(frozen=True)
class Record:
    """One row of the protected table."""

    id: int
    title: str
    created: str


class Database:
    """The records kept in one SQLite file.

    Every query opens the file again. So a missing or damaged file is noticed at the next query, and not hidden by an
    older connection.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def create(self) -> None:
        """Create the file, its table and its rows, if they don't exist."""
        with closing(sqlite3.connect(self._path)) as connection:
            connection.executescript(_SCHEMA)

    def check(self) -> None:
        """Raise DatabaseError unless the table can be read."""
        self._rows("SELECT count(*) FROM records")

    def records(self) -> list[Record]:
        """Return all records, oldest first."""
        return [Record(*row) for row in self._rows("SELECT id, title, created FROM records ORDER BY id")]

    def _rows(self, query: str) -> list[tuple[int, str, str]]:
        # mode=rw, since SQLite would otherwise silently create an empty file if the file is gone.
        uri = f"{self._path.absolute().as_uri()}?mode=rw"
        with closing(sqlite3.connect(uri, uri=True, timeout=1)) as connection:
            return connection.execute(query).fetchall()


@contextmanager
def opened(path: str) -> Iterator[Database]:
    """Yield a ready database at the path, or in a temporary directory that is deleted at the end."""
    if path:
        database = Database(Path(path))
        database.create()
        yield database
        return
    with TemporaryDirectory(prefix="sample-service-") as directory:
        database = Database(Path(directory) / "records.db")
        database.create()
        yield database
