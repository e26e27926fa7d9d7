"""A DynamoDB table in memory that counts what is read from it. The real adapters run on it, on many records.

It reads as DynamoDB does: a query by its key condition, in the order of the sort key, a page of 1 MB or of `Limit`
items at a time; an index holds keys alone (DynamoDB developer guide, Query). Nothing is filtered after it was read.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

PAGE = 1024 * 1024
"""Bytes of a page (DynamoDB developer guide, Paginating table query results)."""
_HIGHEST = "\U0010ffff"
_CONDITION = re.compile(r"(\w+) (?:(=|<=|>=|<|>) (:\w+)|BETWEEN (:\w+) AND (:\w+))(?: AND |$)")

Item = dict[str, Any]


@dataclass
class Meter:
    """What was asked of AWS, and what was read of it."""

    calls: Counter[str] = field(default_factory=Counter)
    items: int = 0
    bytes: int = 0

    def read(self, call: str, items: Iterable[Mapping[str, Any]] = ()) -> None:
        """Count a call and the items that it read."""
        self.calls[call] += 1
        for item in items:
            self.items += 1
            self.bytes += size(item)


class Table:
    """One table, with its key and its indexes: for each, the partition key and the sort key."""

    def __init__(self, name: str, keys: tuple[str, ...], indexes: Mapping[str, tuple[str, ...]], meter: Meter) -> None:
        self.name, self._keys, self._meter = name, keys, meter
        self._items: dict[tuple[str, ...], Item] = {}
        self._order = {index: dict[str, list[tuple[str, ...]]]() for index in ("", *indexes)}
        self._sorted = {"": keys, **indexes}
        self.meta = SimpleNamespace(
            client=SimpleNamespace(batch_get_item=self._batch_get, exceptions=SimpleNamespace(**_EXCEPTIONS))
        )

    def put(self, item: Item) -> None:
        """Put a new item. Nothing counts it."""
        at = tuple(str(item[key]) for key in self._keys)
        self._items[at] = item
        for index, (partition, *sort) in self._sorted.items():
            if {partition, *sort} <= item.keys():
                entries = self._order[index].setdefault(str(item[partition]), [])
                insort(entries, (*(str(item[name]) for name in sort), *at))

    def get_item(self, Key: Item, **_: Any) -> Item:  # noqa: N803
        """Return an item."""
        found = self._items.get(tuple(Key[name] for name in self._keys))
        self._meter.read("GetItem", [found] if found else [])
        return {"Item": dict(found)} if found else {}

    def query(self, **request: Any) -> Item:
        """Return a page of the items that match."""
        index, values = request.get("IndexName", ""), request["ExpressionAttributeValues"]
        (partition, low, high) = _bounds(request["KeyConditionExpression"], values, self._sorted[index][0])
        entries = self._order[index].get(partition, [])
        matching = entries[bisect_left(entries, (low,)) if low else 0 : bisect_right(entries, (high, _HIGHEST))]
        if not request.get("ScanIndexForward", True):
            matching.reverse()
        if start := request.get("ExclusiveStartKey"):
            matching = matching[matching.index(start["entry"]) + 1 :]
        read, page = 0, list[tuple[tuple[str, ...], Item]]()
        for entry in matching:
            item = self._entry(index, entry)
            read += size(item)
            if read > PAGE or len(page) == request.get("Limit", len(page) + 1):
                break
            page.append((entry, item))
        self._meter.read("Query", (item for _, item in page))
        more = {"LastEvaluatedKey": {"entry": page[-1][0]}} if len(page) < len(matching) else {}
        return {"Items": [dict(item) for _, item in page], **more}

    def _entry(self, index: str, entry: tuple[str, ...]) -> Item:
        item = self._items[entry[-len(self._keys) :]]
        return {name: item[name] for name in (*self._keys, *self._sorted[index])} if index else item

    def _batch_get(self, RequestItems: Item) -> Item:  # noqa: N803
        keys = (tuple(key[name] for name in self._keys) for key in RequestItems[self.name]["Keys"])
        found = [item for key in keys if (item := self._items.get(key))]
        self._meter.read("BatchGetItem", found)
        return {"Responses": {self.name: [dict(item) for item in found]}, "UnprocessedKeys": {}}


def size(item: Mapping[str, Any]) -> int:
    """Return about how many bytes an item has: its names and its values (developer guide, item sizes)."""
    return sum(len(name) + len(str(value)) for name, value in item.items())


def _bounds(condition: str, values: Mapping[str, str], partition: str) -> tuple[str, str, str]:
    """Return the value of the partition key, and the bounds of the sort key."""
    of, low, high = "", "", _HIGHEST
    for name, compare, value, first, last in _CONDITION.findall(condition):
        if name == partition:
            of = values[value]
        elif first:
            low, high = values[first], values[last]
        elif compare == "=":
            low = high = values[value]
        elif compare in (">", ">="):
            low = values[value] + (_HIGHEST if compare == ">" else "")
        else:
            high = values[value]
    return of, low, high


_EXCEPTIONS = {
    name: type(name, (Exception,), {})
    for name in ("ConditionalCheckFailedException", "TransactionCanceledException", "ClusterNotFoundException")
}
