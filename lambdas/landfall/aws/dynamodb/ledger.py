"""The ledger: one DynamoDB item per deployment, opened before anything is touched and closed exactly once.

A record has `unfinished` from its opening until report, notification and lock are done: the sweep looks for it.
`fence` is that of the lock under which the record was last written: a writer with an older fence is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from landfall import chain
from landfall.aws.dynamodb import table
from landfall.aws.dynamodb.ledger_closing import WHILE_OPEN, Closing
from landfall.aws.dynamodb.ledger_indexes import key
from landfall.aws.signing import Signing
from landfall.aws.trying import trying
from landfall.chain import Record
from landfall.model import QUIET

IS_OPEN = "attribute_exists(deployment_id) AND attribute_not_exists(outcome)"
"""The condition that a record is there and not closed."""


class Ledger(Closing):
    """Partition key `service`, sort key `deployment_id`."""

    def __init__(self, table: Any, signing: Callable[[], Signing]) -> None:
        super().__init__(table, signing)
        self._refused = table.meta.client.exceptions.ConditionalCheckFailedException

    def open(self, record: Record) -> bool:
        """Write a record that does not exist yet. False if it exists: then the step is a replay."""
        return self._set(record, "attribute_not_exists(deployment_id)")

    def update(self, service: str, deployment_id: str, **fields: Any) -> bool:
        """Set fields of an open record; WHILE_OPEN lists the allowed fields. False if the record is closed, or gone."""
        if not fields.keys() <= set(WHILE_OPEN):
            raise ValueError(f"{sorted(fields)}: closing a record looks for a change of {WHILE_OPEN} alone")
        return self._set({"service": service, "deployment_id": deployment_id, **fields}, IS_OPEN)

    def exchange(self, service: str, deployment_id: str, field: str, before: str, after: str) -> bool:
        """Replace a field of an open record; WHILE_OPEN lists the allowed fields. `before` is empty for a new field.

        False if the record is closed, or if the field no longer has the value `before`. So of two writers at once, the
        second sees that the first one wrote. A call with a lost answer may arrive after later calls: then it changes
        nothing.
        """
        if field not in WHILE_OPEN:
            raise ValueError(f"{field!r}: closing a record looks for a change of {WHILE_OPEN} alone")
        same = f"#{field} = :before" if before else f"attribute_not_exists(#{field})"
        record = {"service": service, "deployment_id": deployment_id, field: after}
        return self._set(record, f"{IS_OPEN} AND {same}", {":before": before} if before else None)

    def mark(self, service: str, deployment_id: str, **fields: Any) -> None:
        """Set fields of a record, closed or not."""
        self._set({"service": service, "deployment_id": deployment_id, **fields}, "attribute_exists(deployment_id)")

    def finish(self, service: str, deployment_id: str) -> bool:
        """Mark a record finished if nothing is left to do: closed, reported, announced, and notified if required.

        False if something is left; the record then stays unfinished, and the sweep comes back for it.
        """
        quiet = {f":quiet{n}": outcome.value for n, outcome in enumerate(QUIET)}
        told = f"(attribute_exists(notified) OR outcome IN ({', '.join(quiet)}))"
        done = " AND ".join(f"attribute_exists({field})" for field in ("outcome", "reported", "announced"))
        with trying(f"finishing ledger record {deployment_id}"):
            try:
                self._table.update_item(
                    Key=key(service, deployment_id),
                    UpdateExpression="REMOVE unfinished",
                    ConditionExpression=f"{done} AND {told}",
                    ExpressionAttributeValues=quiet,
                )
            except self._refused:
                return False
        return True

    def claim_recovery(self, record: Record, mine: str) -> bool:
        """Make `mine` the one execution that recovers a deployment. False if another execution was faster."""
        before, count = record.get("recovered_by"), int(record.get("recoveries", 0))
        who = "recovered_by = :before" if before else "attribute_not_exists(recovered_by)"
        changes = {
            **key(record["service"], record["deployment_id"]),
            "recovered_by": mine,
            "recoveries": count + (before != mine),
        }
        return self._set(changes, f"{who} OR recovered_by = :recovered_by", {":before": before} if before else {})

    def claim_sweep(self, record: Record, name: str) -> bool:
        """Count a recovery that the sweep is about to start under that name. False if nothing is left to do.

        The sweep counts it, because a recovery that dies before its own claim could not. One name counts once.
        """
        if record.get("swept_as") == name:
            return True
        changes = {
            **key(record["service"], record["deployment_id"]),
            "swept": (chain.integer(record.get("swept")) or 0) + 1,
            "swept_as": name,
        }
        return self._set(changes, "attribute_exists(unfinished)")

    def since(self, service: str, deployment_id: str) -> list[Record]:
        """Return a service's records from `deployment_id` on, read consistently."""
        found = self._query(
            f"reading the requests for {service}",
            KeyConditionExpression="service = :service AND deployment_id >= :since",
            ExpressionAttributeValues={":service": service, ":since": deployment_id},
            ConsistentRead=True,
        )
        return list(found)

    def _set(self, record: Record, condition: str, values: Mapping[str, Any] | None = None) -> bool:
        fields = {k: v for k, v in record.items() if k not in ("service", "deployment_id")}
        at = key(record["service"], record["deployment_id"])
        what = f"writing ledger record {record['deployment_id']}"
        return table.set_if(self._table, what, at, fields, condition=condition, values=values)
