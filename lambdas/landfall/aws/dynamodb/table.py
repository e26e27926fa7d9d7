"""What the adapters of DynamoDB tables share: a query page by page, many items by their keys, a conditional update."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from landfall.aws.trying import trying
from landfall.errors import AwsBusy

MOST_KEYS = 100
"""Keys of one call (DynamoDB API reference, BatchGetItem)."""


def query(table: Any, what: str, most: int | None = None, **wanted: Any) -> Iterator[dict[str, Any]]:
    """Yield the items of a query, page by page as they are asked for: all, or `most` of them."""
    start: dict[str, Any] = {}
    while True:
        with trying(what):
            page = table.query(**wanted, **start, **({"Limit": most} if most else {}))
            items = page["Items"]
        yield from items
        most = most and max(0, most - len(items))
        if most == 0 or not page.get("LastEvaluatedKey"):
            return
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def get_all(table: Any, what: str, keys: Iterable[Mapping[str, str]]) -> Iterator[dict[str, Any]]:
    """Yield the items with these keys, read consistently, in no order. Each call is made when it is needed.

    DynamoDB leaves keys of a call unprocessed when its answer would be over 16 MB, or when it is throttled; these are
    asked for again. It refuses a call of which it could process nothing (API reference, BatchGetItem). So each answer
    brings items. Raises AwsBusy if one does not.
    """
    left = list({tuple(sorted(each.items())): dict(each) for each in keys}.values())
    while left:
        asked, left = left[:MOST_KEYS], left[MOST_KEYS:]
        with trying(what):
            wanted = {table.name: {"Keys": asked, "ConsistentRead": True}}
            reply = table.meta.client.batch_get_item(RequestItems=wanted)
            items = reply["Responses"].get(table.name, [])
            again = reply.get("UnprocessedKeys", {}).get(table.name, {}).get("Keys", [])
        if len(again) >= len(asked):
            raise AwsBusy("UnprocessedKeys", f"{what}: DynamoDB processed none of {len(asked)} keys")
        left = [*again, *left]
        yield from items


def set_if(
    table: Any,
    what: str,
    key: Mapping[str, str],
    fields: Mapping[str, Any],
    *,
    condition: str,
    values: Mapping[str, Any] | None = None,
) -> bool:
    """Set fields of an item. False if the condition does not hold; it may use `#name` and `:name` of each field."""
    with trying(what):
        try:
            table.update_item(
                Key=dict(key),
                UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in fields),
                ConditionExpression=condition,
                ExpressionAttributeNames={f"#{name}": name for name in fields},
                ExpressionAttributeValues={**{f":{name}": value for name, value in fields.items()}, **(values or {})},
            )
        except table.meta.client.exceptions.ConditionalCheckFailedException:
            return False
    return True
