"""Limits how many DynamoDB items a page reads. Every call is limited, however many records there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from landfall.errors import LandfallError

MOST = 200
"""Items of one page, of all its environments together."""


class TooManyReads(LandfallError):
    """A page would read more items than its share, so its content is unknown."""


class NotARead(LandfallError):
    """A page tried to change a table. That is a bug; the call is not made."""


class Events(Protocol):
    """The events of a boto3 session."""

    def register(self, event_name: str, handler: Any) -> None:
        """Have a handler called at an event."""


class Reads:
    """Counts the items that the clients of a session read, and stops them at a limit.

    A query without a limit, or with a greater limit, asks for as many items as are left. It does not count clients that
    were made earlier.
    """

    def __init__(self, events: Events) -> None:
        self.count = 0
        self._limit = MOST
        events.register("provide-client-params.dynamodb", self._before)
        events.register("after-call.dynamodb", self._after)

    @contextmanager
    def at_most(self, items: int) -> Iterator[None]:
        """Let the block read this many more items, or fewer if an enclosing block has fewer left."""
        outer = self._limit
        self._limit = min(outer, self.count + items)
        try:
            yield
        finally:
            self._limit = outer

    @contextmanager
    def page(self, items: int = MOST) -> Iterator[None]:
        """Begin a page, which may read so many items."""
        self.count, self._limit = 0, items
        yield

    @property
    def left(self) -> int:
        """Return how many items may still be read."""
        return max(0, self._limit - self.count)

    def _before(self, params: Mapping[str, Any], model: Any, **_: Any) -> dict[str, Any]:
        match model.name:
            case "Query":
                self._need(1)
                return {**params, "Limit": min(int(params.get("Limit") or self.left), self.left)}
            case "BatchGetItem":
                self._take(sum(len(each["Keys"]) for each in params["RequestItems"].values()))
            case "GetItem":
                self._take(1)
            case _:
                raise NotARead(f"a page must not call {model.name}")
        return dict(params)

    def _after(self, parsed: Mapping[str, Any], model: Any, **_: Any) -> None:
        if model.name == "Query":
            self.count += int(parsed.get("ScannedCount") or len(parsed.get("Items", ())))

    def _take(self, items: int) -> None:
        self._need(items)
        self.count += items

    def _need(self, items: int) -> None:
        if items > self.left:
            raise TooManyReads(f"this needs more than the {self._limit} reads that it may take")
