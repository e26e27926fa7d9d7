"""The requests that were recorded before their builds, in the ledger's table. Read here; the front machines write."""

from __future__ import annotations

from typing import Any

from landfall.aws.trying import trying
from landfall.intake import recorded_requests
from landfall.model import Asked


class Requests:
    """One item for each request. Partition key `service` (`_asked:<service>`), sort key `<commit>/<execution>`."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def of_commit(self, service: str, commit: str) -> list[Asked]:
        """Return the requests for a commit, which may be shortened, read consistently: the first by their keys."""
        with trying(f"reading the requests for {commit} of {service}"):
            page = self._table.query(
                KeyConditionExpression="service = :of AND begins_with(deployment_id, :commit)",
                ExpressionAttributeValues={":of": recorded_requests.partition(service), ":commit": commit},
                ConsistentRead=True,
                Limit=recorded_requests.MOST,
            )
            return [found for item in page["Items"] if (found := recorded_requests.read(item)) is not None]
