"""The ledger: one DynamoDB item per deployment, opened before anything is touched and closed exactly once.

`unfinished` is there from the opening until report, notification and lock are done with: what the sweep looks for.
`fence` is that of the lock under which the record was last worked on: a writer with an older one is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from landfall import chain
from landfall.aws import table
from landfall.aws.ledger_chain import key
from landfall.aws.ledger_closing import WHILE_OPEN, Closing
from landfall.aws.signing import Signing
from landfall.aws.trying import trying
from landfall.chain import Record
from landfall.ledger import YES
from landfall.model import QUIET

INDEX_EXECUTION, INDEX_UNFINISHED = "by_execution", "unfinished"


class Ledger(Closing):
    """Partition key `service`, sort key `deployment_id`."""

    def __init__(self, table: Any, signing: Callable[[], Signing]) -> None:
        super().__init__(table, signing)
        self._refused = table.meta.client.exceptions.ConditionalCheckFailedException

    def open(self, record: Record) -> bool:
        """Write a record that does not exist yet. False when it does: the step is a replay."""
        return self._set(record, "attribute_not_exists(deployment_id)")

    def update(self, service: str, deployment_id: str, **fields: Any) -> bool:
        """Set fields of a record that is still open, of those WHILE_OPEN names. False when it is closed, or gone."""
        if not fields.keys() <= set(WHILE_OPEN):
            raise ValueError(f"{sorted(fields)}: closing a record looks for a change of {WHILE_OPEN} alone")
        open_ = "attribute_exists(deployment_id) AND attribute_not_exists(outcome)"
        return self._set({"service": service, "deployment_id": deployment_id, **fields}, open_)

    def mark(self, service: str, deployment_id: str, **fields: Any) -> None:
        """Set fields of a record, closed or not."""
        self._set({"service": service, "deployment_id": deployment_id, **fields}, "attribute_exists(deployment_id)")

    def finish(self, service: str, deployment_id: str) -> bool:
        """Say that nothing is left to do, if that is so: closed, reported, announced, and notified where it must be.

        False where something is left; the record then stays unfinished, and the sweep comes back for it.
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
        """Make `mine` the one execution that recovers a deployment. False where another execution was faster."""
        before, count = record.get("recovered_by"), int(record.get("recoveries", 0))
        who = "recovered_by = :before" if before else "attribute_not_exists(recovered_by)"
        changes = {
            **key(record["service"], record["deployment_id"]),
            "recovered_by": mine,
            "recoveries": count + (before != mine),
        }
        return self._set(changes, f"{who} OR recovered_by = :recovered_by", {":before": before} if before else {})

    def claim_sweep(self, record: Record, name: str) -> bool:
        """Count a recovery that the sweep is about to start under that name. False where nothing is left to do.

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

    def of_execution(self, execution_arn: str) -> Record | None:
        """Return the record that an execution opened. The index may lag a moment behind."""
        found = self._query(
            "looking for the record of an execution",
            IndexName=INDEX_EXECUTION,
            KeyConditionExpression="execution_arn = :arn",
            ExpressionAttributeValues={":arn": execution_arn},
        )
        first = next(found, None)
        return self.record(first["service"], first["deployment_id"]) if first else None

    def since(self, service: str, deployment_id: str) -> list[Record]:
        """Return a service's records from `deployment_id` on, read consistently."""
        found = self._query(
            f"reading the requests for {service}",
            KeyConditionExpression="service = :service AND deployment_id >= :since",
            ExpressionAttributeValues={":service": service, ":since": deployment_id},
            ConsistentRead=True,
        )
        return list(found)

    def of_image(self, service: str, digest: str) -> list[Record]:
        """Return the records of an image's deployments by their ids from the greatest down, read consistently."""
        what = f"looking for deployments of {digest}"
        return list(self._newest_first(what, service, "image_digest = :digest", {":digest": digest}))

    def any_of_image(self, service: str, digest: str) -> Record | None:
        """Return the first record that is found of an image's deployments, and stop reading there."""
        what = f"looking for a deployment of {digest}"
        return next(self._newest_first(what, service, "image_digest = :digest", {":digest": digest}), None)

    def unfinished(self) -> list[Record]:
        """Return every deployment that is not finished: something is left to do."""
        found = self._query(
            "reading the unfinished deployments",
            IndexName=INDEX_UNFINISHED,
            KeyConditionExpression="unfinished = :yes",
            ExpressionAttributeValues={":yes": YES},
        )
        keys = [(item["service"], item["deployment_id"]) for item in found]
        return [record for each in keys if (record := self.record(*each)) is not None and "unfinished" in record]

    def _newest_first(self, what: str, service: str, condition: str, values: Mapping[str, str]) -> Iterator[Record]:
        return self._query(
            what,
            KeyConditionExpression="service = :service",
            FilterExpression=condition,
            ExpressionAttributeValues={":service": service, **values},
            ConsistentRead=True,
            ScanIndexForward=False,
        )

    def _query(self, what: str, **wanted: Any) -> Iterator[Record]:
        return table.query(self._table, what, **wanted)

    def _set(self, record: Record, condition: str, values: Mapping[str, Any] | None = None) -> bool:
        fields = {k: v for k, v in record.items() if k not in ("service", "deployment_id")}
        at = key(record["service"], record["deployment_id"])
        what = f"writing ledger record {record['deployment_id']}"
        return table.set_if(self._table, what, at, fields, condition=condition, values=values)
