"""Stores the reconciler's findings, and where its next run begins.

Both are items of the ledger's table, in partitions of their own. No finding is ever deleted.
"""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from itertools import islice
from typing import Any

from landfall.aws.dynamodb import table
from landfall.aws.dynamodb.ledger_indexes import key
from landfall.aws.trying import trying
from landfall.partitions import FINDINGS, TURNS
from landfall.reconcile.findings import Finding, Kind, State
from landfall.reconcile.turns import Cursor

_CURSOR = key(TURNS, "cursor")
_OF_KEY = "of"
"""The finding's service: the item's own attribute `service` is the partition."""


class Findings:
    """Partition key `service`, which is FINDINGS; sort key `deployment_id`, which is the finding's key."""

    def __init__(self, ledger: Any) -> None:
        self._table = ledger

    def all(self) -> list[Finding]:
        """Return every finding there ever was, read consistently, by service and kind."""
        return self.first(None)

    def first(self, most: int | None) -> list[Finding]:
        """Return the first findings by service and kind, read consistently: this many; without a number, all."""
        found = table.query(
            self._table,
            "reading the findings",
            KeyConditionExpression="service = :findings",
            ExpressionAttributeValues={":findings": FINDINGS},
            ConsistentRead=True,
            **({"Limit": most} if most else {}),
        )
        with trying("reading the findings"):
            return list(map(_finding, islice(found, most)))

    def write(self, finding: Finding) -> Finding | None:
        """Write a finding that has not changed since it was read. None if another reconciler was faster."""
        written = replace(finding, version=finding.version + 1)
        item = asdict(written)
        item[_OF_KEY] = item.pop("service")
        is_as_read = "#version = :read" if finding.version else "attribute_not_exists(#version)"
        read = {":read": finding.version} if finding.version else {}
        what, at = f"writing finding {finding.key}", key(FINDINGS, finding.key)
        done = table.set_if(self._table, what, at, item, condition=is_as_read, values=read)
        return written if done else None


class Turns:
    """Partition key `service`, which is TURNS; sort key `deployment_id`."""

    def __init__(self, ledger: Any) -> None:
        self._table = ledger

    def cursor(self) -> Cursor:
        """Return the cursor, read consistently; the beginning if there is none yet."""
        with trying("reading where the last run ended"):
            item = self._table.get_item(Key=_CURSOR, ConsistentRead=True).get("Item", {})
            return Cursor(str(item.get("next", "")), int(item.get("round", 0)))

    def move(self, cursor: Cursor) -> None:
        """Write the cursor. Of two runs at once the last one counts: at worst services are looked at twice."""
        with trying("writing where this run ended"):
            self._table.update_item(
                Key=_CURSOR,
                UpdateExpression="SET #next = :next, #round = :round",
                ExpressionAttributeNames={"#next": "next", "#round": "round"},
                ExpressionAttributeValues={":next": cursor.next, ":round": cursor.round},
            )


def _finding(item: dict[str, Any]) -> Finding:
    """Read an item, and ignore fields of other versions of Landfall."""
    known = {each.name: item[each.name] for each in fields(Finding) if each.name in item}
    known.update(service=item[_OF_KEY], version=int(item["version"]))
    return Finding(**{**known, "kind": Kind(item["kind"]), "state": State(item["state"])})
