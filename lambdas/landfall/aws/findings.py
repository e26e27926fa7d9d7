"""The reconciler's findings: items of the ledger's table, in a partition of their own. None is ever deleted."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from landfall.aws import table
from landfall.aws.ledger_indexes import key
from landfall.aws.trying import trying
from landfall.partitions import FINDINGS
from landfall.reconcile.findings import Finding, Kind, State

_OF_KEY = "of"
"""The finding's service: the item's own attribute `service` is the partition."""


class Findings:
    """Partition key `service`, which is FINDINGS; sort key `deployment_id`, which is the finding's key."""

    def __init__(self, ledger: Any) -> None:
        self._table = ledger

    def all(self) -> list[Finding]:
        """Return every finding there ever was, read consistently, by service and kind."""
        found = table.query(
            self._table,
            "reading the findings",
            KeyConditionExpression="service = :findings",
            ExpressionAttributeValues={":findings": FINDINGS},
            ConsistentRead=True,
        )
        with trying("reading the findings"):
            return list(map(_finding, found))

    def write(self, finding: Finding) -> Finding | None:
        """Write a finding that is still as it was read. None where another reconciler was faster."""
        written = replace(finding, version=finding.version + 1)
        fields = asdict(written)
        fields[_OF_KEY] = fields.pop("service")
        is_as_read = "#version = :read" if finding.version else "attribute_not_exists(#version)"
        read = {":read": finding.version} if finding.version else {}
        what, at = f"writing finding {finding.key}", key(FINDINGS, finding.key)
        done = table.set_if(self._table, what, at, fields, condition=is_as_read, values=read)
        return written if done else None


def _finding(item: dict[str, Any]) -> Finding:
    known = {k: v for k, v in item.items() if k not in ("service", "deployment_id", _OF_KEY)}
    known.update(service=item[_OF_KEY], version=int(item["version"]))
    return Finding(**{**known, "kind": Kind(item["kind"]), "state": State(item["state"])})
