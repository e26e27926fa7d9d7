"""The locks: one DynamoDB item per service. Its fence only grows, even while nobody holds the lock."""

from __future__ import annotations

from typing import Any

from landfall.aws.trying import trying
from landfall.intake.lock import Lock


class Locks:
    """Partition key `service`."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def acquire(self, wanted: Lock, seen: Lock | None, taken_from: str | None = None) -> Lock | None:
        """Take the lock if it is free, belongs to this deployment already, or is held by the execution `taken_from`.

        None if another deployment has it, or if it changed since it was `seen`: so a delayed call that arrives after
        its own repetition changes nothing. The fence in the answer is greater than any before.
        """
        free = "(attribute_not_exists(#owner) OR deployment_id = :id"
        free += " OR #owner = :from)" if taken_from else ")"
        unchanged = "fence = :seen" if seen else "attribute_not_exists(fence)"
        with trying(f"taking the lock of {wanted.service}"):
            try:
                item = self._table.update_item(
                    Key={"service": wanted.service},
                    UpdateExpression="SET #owner = :me, deployment_id = :id, lease_until = :lease ADD fence :one",
                    ConditionExpression=f"{free} AND {unchanged}",
                    ExpressionAttributeNames={"#owner": "owner"},
                    ExpressionAttributeValues={
                        ":me": wanted.owner,
                        ":id": wanted.deployment_id,
                        ":lease": wanted.lease_until,
                        ":one": 1,
                        **({":from": taken_from} if taken_from else {}),
                        **({":seen": seen.fence} if seen else {}),
                    },
                    ReturnValues="ALL_NEW",
                )["Attributes"]
            except self._table.meta.client.exceptions.ConditionalCheckFailedException:
                return None
            return _lock(item)

    def release(self, service: str, deployment_id: str, fence: int) -> bool:
        """Free the lock if this deployment holds it with this fence. False if another one holds it, or nobody."""
        with trying(f"releasing the lock of {service}"):
            try:
                self._table.update_item(
                    Key={"service": service},
                    UpdateExpression="REMOVE #owner, deployment_id, lease_until",
                    ConditionExpression="deployment_id = :id AND fence = :fence",
                    ExpressionAttributeNames={"#owner": "owner"},
                    ExpressionAttributeValues={":id": deployment_id, ":fence": fence},
                )
            except self._table.meta.client.exceptions.ConditionalCheckFailedException:
                return False
        return True

    def read(self, service: str) -> Lock | None:
        """Return the lock, read consistently. None if it was never taken."""
        with trying(f"reading the lock of {service}"):
            item = self._table.get_item(Key={"service": service}, ConsistentRead=True).get("Item")
            return _lock(item) if item else None


def _lock(item: Any) -> Lock:
    return Lock(
        service=str(item["service"]),
        owner=str(item.get("owner", "")),
        deployment_id=str(item.get("deployment_id", "")),
        fence=int(item.get("fence", 0)),
        lease_until=int(item.get("lease_until", 0)),
    )
