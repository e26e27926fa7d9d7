"""The ledger: one DynamoDB item per deployment, opened before anything is touched and closed exactly once."""

from __future__ import annotations

from typing import Any

from landfall.errors import trying


class Ledger:
    """Partition key `service`, sort key `deployment_id`."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def open(self, record: dict[str, Any]) -> bool:
        """Write a record that does not exist yet. False when it does: the step is a replay."""
        return self._put(record, "attribute_not_exists(deployment_id)", "opening the ledger record")

    def close(self, record: dict[str, Any]) -> bool:
        """Write the whole record with its outcome, unless it has one already. False when it has."""
        return self._put(record, "attribute_not_exists(outcome)", "closing the ledger record")

    def record(self, service: str, deployment_id: str) -> dict[str, Any] | None:
        """Return a record, read consistently."""
        with trying(f"reading ledger record {deployment_id}"):
            key = {"service": service, "deployment_id": deployment_id}
            item = self._table.get_item(Key=key, ConsistentRead=True).get("Item")
        return dict(item) if item else None

    def _put(self, record: dict[str, Any], condition: str, what: str) -> bool:
        with trying(f"{what} {record['deployment_id']}"):
            try:
                self._table.put_item(Item=record, ConditionExpression=condition)
            except self._table.meta.client.exceptions.ConditionalCheckFailedException:
                return False
        return True
