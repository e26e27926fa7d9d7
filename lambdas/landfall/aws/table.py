"""What the adapters of DynamoDB tables share: a query page by page, and an update that is made on a condition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from landfall.aws.trying import trying


def query(table: Any, what: str, **wanted: Any) -> Iterator[dict[str, Any]]:
    """Yield the items of a query, page by page as they are asked for."""
    start: dict[str, Any] = {}
    while True:
        with trying(what):
            page = table.query(**wanted, **start)
            items = page["Items"]
        yield from items
        if not page.get("LastEvaluatedKey"):
            return
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def set_if(
    table: Any,
    what: str,
    key: Mapping[str, str],
    fields: Mapping[str, Any],
    *,
    condition: str,
    values: Mapping[str, Any] | None = None,
) -> bool:
    """Set fields of an item. False where the condition does not hold; it may use `#name` and `:name` of each field."""
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
