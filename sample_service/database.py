"""The embedded database: one SQLite file, really asked on every request that claims something about it."""

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
"""What a caller catches when the database does not answer."""


@dataclass(frozen=True)
class Record:
    """One row of the protected table."""

    id: int
    title: str
    created: str


class Database:
    """The records kept in one SQLite file.

    Every question opens the file anew, so that a file which has vanished or gone bad is noticed by the next
    question and not hidden by a connection that was opened while all was well.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def create(self) -> None:
        """Make the file, its table and its rows; harmless when they are there already."""
        with closing(sqlite3.connect(self._path)) as connection:
            connection.executescript(_SCHEMA)

    def check(self) -> None:
        """Raise DatabaseError unless the table the service lives on can be read."""
        self._rows("SELECT count(*) FROM records")

    def records(self) -> list[Record]:
        """All records, oldest first."""
        return [Record(*row) for row in self._rows("SELECT id, title, created FROM records ORDER BY id")]

    def _rows(self, query: str) -> list[tuple[int, str, str]]:
        # mode=rw, since SQLite would otherwise quietly make an empty file in place of one that is gone.
        uri = f"{self._path.absolute().as_uri()}?mode=rw"
        with closing(sqlite3.connect(uri, uri=True, timeout=1)) as connection:
            return connection.execute(query).fetchall()


@contextmanager
def opened(path: str) -> Iterator[Database]:
    """A ready database at the path, or in a directory of its own that goes when the service goes."""
    if path:
        database = Database(Path(path))
        database.create()
        yield database
        return
    with TemporaryDirectory(prefix="sample-service-") as directory:
        database = Database(Path(directory) / "records.db")
        database.create()
        yield database
