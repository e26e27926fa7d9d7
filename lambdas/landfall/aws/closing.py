"""Closes a record of the ledger: once, and as the newest of its service's chain, in one transaction with HEAD.

Both are items of one table, so a step that may update records needs nothing more: a transaction asks for the rights of
the operations it is made of (DynamoDB Developer Guide, Using IAM with transactions). HEADs have a partition of their
own, so that no list of a service's records takes one for a deployment.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from landfall import chain, standing
from landfall.chain import CHAINS, HASH, Head, Record
from landfall.errors import AwsCallFailed, trying

WHILE_OPEN = ("fence", "progress")
"""What other steps write to a record that is open."""
TRIES = 10
"""Each one lost means that another deployment of the service was closed. The step is retried after that."""
_RACE_LOST = frozenset({"ConditionalCheckFailed", "TransactionConflict"})


class Closing:
    """Partition key `service`, sort key `deployment_id`."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def record(self, service: str, deployment_id: str) -> Record | None:
        """Return a record, read consistently."""
        with trying(f"reading ledger record {deployment_id}"):
            item = self._table.get_item(Key=key(service, deployment_id), ConsistentRead=True).get("Item")
        return dict(item) if item else None

    def head(self, service: str) -> Head | None:
        """Return the newest of a service's chain, read consistently. None before the first."""
        item = self.record(CHAINS, service)
        return Head(service, int(item["sequence"]), str(item[HASH]), str(item["last"])) if item else None

    def close(self, record: Record) -> Record | None:
        """Write a record with its outcome, and return it as it is sealed.

        None when it has an outcome, or was taken over under a younger lock.
        """
        service, deployment_id = record["service"], record["deployment_id"]
        for _ in range(TRIES):
            before = self.record(service, deployment_id) or {}
            if "outcome" in before or int(before.get("fence", 0)) > record["fence"]:
                return None
            head = self.head(service)
            newest = self.record(service, head.deployment_id) if head else None
            sealed = chain.sealed({**before, **record, **standing.links(newest)}, head)
            if self._put_on_top({**record, **sealed}, before, head):
                return sealed
        raise AwsCallFailed("HeadMoved", f"closing ledger record {deployment_id}: HEAD moved {TRIES} times meanwhile")

    def _put_on_top(self, sealed: Record, before: Record, head: Head | None) -> bool:
        """Write record and HEAD, or nothing: where either is no more as it was read."""
        client, (service, deployment_id) = self._table.meta.client, (sealed["service"], sealed["deployment_id"])
        was = {name: before.get(name) for name in ("deployment_id", "outcome", *WHILE_OPEN)}
        newest = {"sequence": sealed["sequence"], HASH: sealed[HASH], "last": deployment_id}
        writes = (
            self._write(key(service, deployment_id), sealed, was),
            self._write(key(CHAINS, service), newest, {HASH: head.hash if head else None}),
        )
        with trying(f"closing ledger record {deployment_id}"):
            try:
                client.transact_write_items(TransactItems=[{"Update": write} for write in writes])
            except client.exceptions.TransactionCanceledException as error:
                reasons = {reason.get("Code") for reason in error.response.get("CancellationReasons", [])}
                if not reasons & _RACE_LOST:
                    raise
                return False
        return True

    def _write(self, at: Mapping[str, str], fields: Mapping[str, Any], was: Mapping[str, Any]) -> dict[str, Any]:
        """Set fields of an item whose fields in `was` still are what they were; None is for one that was not there."""
        changes = {name: value for name, value in fields.items() if name not in at}
        conditions = [f"attribute_not_exists(#{n})" if v is None else f"#{n} = :was_{n}" for n, v in was.items()]
        return {
            "TableName": self._table.name,
            "Key": dict(at),
            "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in changes),
            "ConditionExpression": " AND ".join(conditions),
            "ExpressionAttributeNames": {f"#{name}": name for name in {**changes, **was}},
            "ExpressionAttributeValues": {
                **{f":{name}": value for name, value in changes.items()},
                **{f":was_{name}": value for name, value in was.items() if value is not None},
            },
        }


def key(service: str, deployment_id: str) -> dict[str, str]:
    """Return the key of a record."""
    return {"service": service, "deployment_id": deployment_id}
