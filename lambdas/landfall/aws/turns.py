"""Where the reconciler's next run begins: one item of the ledger's table, in a partition of its own."""

from __future__ import annotations

from typing import Any

from landfall.aws.ledger_chain import key
from landfall.aws.trying import trying
from landfall.partitions import TURNS
from landfall.reconcile.turns import Cursor

_KEY = key(TURNS, "cursor")


class Turns:
    """Partition key `service`, which is TURNS; sort key `deployment_id`."""

    def __init__(self, ledger: Any) -> None:
        self._table = ledger

    def cursor(self) -> Cursor:
        """Return the cursor, read consistently; the beginning if there is none yet."""
        with trying("reading where the last run ended"):
            item = self._table.get_item(Key=_KEY, ConsistentRead=True).get("Item", {})
            return Cursor(str(item.get("next", "")), int(item.get("round", 0)))

    def move(self, cursor: Cursor) -> None:
        """Write the cursor. Of two runs at once the last one counts: at worst services are looked at twice."""
        with trying("writing where this run ended"):
            self._table.update_item(
                Key=_KEY,
                UpdateExpression="SET #next = :next, #round = :round",
                ExpressionAttributeNames={"#next": "next", "#round": "round"},
                ExpressionAttributeValues={":next": cursor.next, ":round": cursor.round},
            )
