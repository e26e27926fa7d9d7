"""The task tokens that wake deployments which wait for a sign-off. They are kept only in the ledger's table.

One is kept for each service: of two deployments that wait, the newer one ends the wait of the older one anyway.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from landfall.aws.dynamodb import table
from landfall.aws.dynamodb.ledger_indexes import key
from landfall.aws.trying import trying
from landfall.partitions import WAKES

GONE = frozenset({"InvalidToken", "TaskDoesNotExist", "TaskTimedOut"})
"""Codes for a token that was used, or whose state has ended (Step Functions API reference, SendTaskSuccess)."""


class Wakes:
    """Partition key `service`, which is WAKES; sort key `deployment_id`, which is the service's name."""

    def __init__(self, ledger: Any, client: Callable[[], Any]) -> None:
        self._table = ledger
        self._client = client

    def note(self, service: str, deployment_id: str, token: str) -> None:
        """Keep the token of a deployment's wait. The newest counts."""
        fields = {"of": deployment_id, "token": token}
        is_any = "attribute_exists(#of) OR attribute_not_exists(#of)"
        table.set_if(self._table, f"noting how to wake {deployment_id}", key(WAKES, service), fields, condition=is_any)

    def token(self, service: str, deployment_id: str) -> str | None:
        """Return the token of a deployment's wait, read consistently; None if there is none, or only another's."""
        with trying(f"reading how to wake {deployment_id}"):
            item = self._table.get_item(Key=key(WAKES, service), ConsistentRead=True).get("Item", {})
            return str(item["token"]) if item.get("of") == deployment_id else None

    def wake(self, token: str) -> bool:
        """End the wait that has this token. False if it has ended: the token was used, or its time is over."""
        client = self._client()
        with trying("waking a deployment"):
            try:
                client.send_task_success(taskToken=token, output="{}")
            except client.exceptions.ClientError as error:
                if error.response["Error"]["Code"] not in GONE:
                    raise
                return False
        return True
