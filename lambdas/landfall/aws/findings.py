"""The reconciler's findings: items of the ledger's table, in a partition of their own. None is ever deleted."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from landfall.errors import trying
from landfall.findings import FINDINGS, Finding, Kind, State

_OF_KEY = "of"
"""The finding's service: the item's own attribute `service` is the partition."""


class Findings:
    """Partition key `service`, which is FINDINGS; sort key `deployment_id`, which is the finding's key."""

    def __init__(self, table: Any) -> None:
        self._table = table
        self._refused = table.meta.client.exceptions.ConditionalCheckFailedException

    def all(self) -> list[Finding]:
        """Return every finding there ever was, read consistently, by service and kind."""
        found: list[Finding] = []
        start: dict[str, Any] = {}
        while True:
            with trying("reading the findings"):
                page = self._table.query(
                    KeyConditionExpression="service = :findings",
                    ExpressionAttributeValues={":findings": FINDINGS},
                    ConsistentRead=True,
                    **start,
                )
            found += map(_finding, page["Items"])
            if "LastEvaluatedKey" not in page:
                return found
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def write(self, finding: Finding) -> Finding | None:
        """Write a finding that is still as it was read. None where another reconciler was faster."""
        written = replace(finding, version=finding.version + 1)
        fields = asdict(written)
        fields[_OF_KEY] = fields.pop("service")
        is_as_read = "#version = :read" if finding.version else "attribute_not_exists(#version)"
        with trying(f"writing finding {finding.key}"):
            try:
                self._table.update_item(
                    Key={"service": FINDINGS, "deployment_id": finding.key},
                    UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in fields),
                    ConditionExpression=is_as_read,
                    ExpressionAttributeNames={f"#{name}": name for name in fields},
                    ExpressionAttributeValues={
                        **{f":{name}": value for name, value in fields.items()},
                        **({":read": finding.version} if finding.version else {}),
                    },
                )
            except self._refused:
                return None
        return written


def _finding(item: dict[str, Any]) -> Finding:
    known = {k: v for k, v in item.items() if k not in ("service", "deployment_id", _OF_KEY)}
    known.update(service=item[_OF_KEY], version=int(item["version"]))
    return Finding(**{**known, "kind": Kind(item["kind"]), "state": State(item["state"])})
