"""DynamoDB tables in memory, with the conditions that ledger and locks write: their real adapters run on them.

An expression with a word this does not know is refused, so that no condition goes untested by being ignored.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from tests.campaigns.torture.clients import Exceptions, error_class

Item = dict[str, Any]
Test = Callable[[Item], bool]
_TOKEN = re.compile(r"\s*(<=|>=|<>|[=<>(),]|[#:\w]+)")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: bool(a == b),
    "<>": lambda a, b: bool(a != b),
    "<=": lambda a, b: a is not None and bool(a <= b),
    ">=": lambda a, b: a is not None and bool(a >= b),
    "<": lambda a, b: a is not None and bool(a < b),
    ">": lambda a, b: a is not None and bool(a > b),
}


class Expression:
    """A condition: OR of ANDs of comparisons and functions (DynamoDB Developer Guide, condition expressions)."""

    def __init__(self, text: str, names: dict[str, str], values: Item) -> None:
        self._tokens, self._names, self._values = _TOKEN.findall(text), names, values

    def test(self) -> Test:
        """Return the condition as a test of an item."""
        found = self._either()
        if self._tokens:
            raise NotImplementedError(f"no such expression here: {self._tokens}")
        return found

    def _either(self) -> Test:
        tests = [self._all()]
        while self._tokens and self._tokens[0] == "OR":
            self._take("OR")
            tests.append(self._all())
        return lambda item: any(t(item) for t in tests)

    def _all(self) -> Test:
        tests = [self._one()]
        while self._tokens and self._tokens[0] == "AND":
            self._take("AND")
            tests.append(self._one())
        return lambda item: all(t(item) for t in tests)

    def _one(self) -> Test:
        first = self._take()
        if first == "(":
            inner = self._either()
            self._take(")")
            return inner
        if first in ("attribute_exists", "attribute_not_exists"):
            self._take("(")
            name = self._name(self._take())
            self._take(")")
            return lambda item: (name in item) is (first == "attribute_exists")
        name, word = self._name(first), self._take()
        if word == "IN":
            options = self._options()
            return lambda item: item.get(name) in options
        compare, value = _COMPARE[word], self._values[self._take()]
        return lambda item: name in item and compare(item[name], value)

    def _options(self) -> list[Any]:
        found = []
        while self._take() != ")":
            found.append(self._values[self._take()])
        return found

    def _take(self, expected: str = "") -> str:
        token = str(self._tokens.pop(0))
        if expected and token != expected:
            raise NotImplementedError(f"expected {expected!r}, not {token!r}")
        return token

    def _name(self, token: str) -> str:
        return self._names[token] if token.startswith("#") else token


class Table:
    """One table."""

    def __init__(self, name: str, *keys: str) -> None:
        self.name, self._keys, self._items = name, keys, dict[tuple[Any, ...], Item]()
        client = SimpleNamespace(
            exceptions=Exceptions(), transact_write_items=self._transact, batch_get_item=self._batch_get
        )
        self.meta = SimpleNamespace(client=client)

    def get_item(self, Key: Item, **_: Any) -> Item:  # noqa: N803
        """Return an item."""
        found = self._items.get(self._key(Key))
        return {"Item": dict(found)} if found else {}

    def _batch_get(self, RequestItems: Item) -> Item:  # noqa: N803
        """Return the items of many keys of this one table."""
        found = [self.get_item(Key=key).get("Item") for key in RequestItems[self.name]["Keys"]]
        return {"Responses": {self.name: [item for item in found if item]}, "UnprocessedKeys": {}}

    def query(self, **request: Any) -> Item:
        """Return the items that match, in the order of their keys."""
        names, values = request.get("ExpressionAttributeNames", {}), request["ExpressionAttributeValues"]
        told = [request["KeyConditionExpression"], request.get("FilterExpression", "")]
        tests = [Expression(text, names, values).test() for text in told if text]
        ordered = sorted(self._items, reverse=not request.get("ScanIndexForward", True))
        return {"Items": [dict(i) for i in map(self._items.__getitem__, ordered) if all(t(i) for t in tests)]}

    def update_item(self, Key: Item, UpdateExpression: str, **request: Any) -> Item:  # noqa: N803
        """Change an item, or make it, if the condition holds."""
        names, values = request.get("ExpressionAttributeNames", {}), request.get("ExpressionAttributeValues", {})
        before = self._items.get(self._key(Key), {})
        condition = request.get("ConditionExpression")
        if condition and not Expression(condition, names, values).test()(before):
            raise error_class("ConditionalCheckFailedException")({"Error": {}}, "UpdateItem")
        after = {**before, **Key}
        for verb, changes in re.findall(r"(SET|ADD|REMOVE) (.*?)(?= SET | ADD | REMOVE |$)", UpdateExpression):
            for change in changes.split(", "):
                name, *rest = re.split(r"\s*=\s*|\s+", change.strip())
                _change(after, verb, names.get(name, name), values[rest[0]] if rest else None)
        self._items[self._key(Key)] = after
        return {"Attributes": dict(after)}

    def _transact(self, TransactItems: list[Item]) -> Item:  # noqa: N803
        """Make updates of this one table, all or none of them."""
        updates = [item["Update"] for item in TransactItems]
        before = dict(self._items)
        try:
            for update in updates:
                self.update_item(**update)
        except error_class("ConditionalCheckFailedException") as error:
            self._items = before
            told = {"Error": {}, "CancellationReasons": [{"Code": "ConditionalCheckFailed"}]}
            raise error_class("TransactionCanceledException")(told, "TransactWriteItems") from error
        return {}

    def _key(self, item: Item) -> tuple[Any, ...]:
        return tuple(item[k] for k in self._keys)


def _change(item: Item, verb: str, name: str, value: Any) -> None:
    if verb == "REMOVE":
        item.pop(name, None)
    else:
        item[name] = item.get(name, 0) + value if verb == "ADD" else value
