"""Reads a service's closed records in the order of its chain, consistently, and without reading all of them.

HEAD names the newest record, and each record links to the one before it that proved a release, and to the one that
changed the service. So the last proven release costs three reads, however many records there are. Only where a link is
unknown, in chains from before there were links, are all records of the service read.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from landfall import standing
from landfall.aws import table
from landfall.aws.closing import Closing
from landfall.chain import Record
from landfall.standing import CHANGED_BEFORE, LINKS, PROVEN_BEFORE

WALKED = 50
"""Proven releases that are reached by their links, one read each. For more, one read of all records is cheaper."""
SEARCHED = 10
"""Proven releases among which the revision that runs is looked for, where it does not say of which it is."""


class Chained(Closing):
    """Partition key `service`, sort key `deployment_id`."""

    def newest(self, service: str) -> Record | None:
        """Return the record that was closed last. None before the first of the chain."""
        head = self.head(service)
        return self.record(service, head.deployment_id) if head else None

    def proven(self, service: str) -> Iterator[Record]:
        """Yield the records of proven releases, the one proven last first, read as they are asked for."""
        walked = []
        for record in islice(self._walk(service, PROVEN_BEFORE), WALKED):
            walked.append(record["deployment_id"])
            yield record
        rest = filter(standing.proven, self.newest_first(service))
        yield from standing.newest_first(r for r in rest if r["deployment_id"] not in walked)

    def last_proven(self, service: str) -> Record | None:
        """Return the record of the release that was proven live last."""
        found = next(self._walk(service, PROVEN_BEFORE), None)
        return found or max(filter(standing.proven, self.newest_first(service)), key=standing.place, default=None)

    def last_change(self, service: str) -> Record | None:
        """Return the record of the deployment that changed the service last."""
        return next(self._walk(service, CHANGED_BEFORE), None) or standing.last_change(self.newest_first(service))

    def to_go_back_to(self, service: str, revision: str, deployment_id: str) -> Record | None:
        """Return the proven release that a failed deployment goes back to.

        `revision` is what runs, `deployment_id` that of which it says it is, empty where it says nothing.
        """
        own = self.record(service, deployment_id) if deployment_id else None
        newest = list(islice(self._walk(service, PROVEN_BEFORE), SEARCHED))
        if not newest:
            newest = standing.newest_first(filter(standing.proven, self.newest_first(service)))
        return standing.to_go_back_to(revision, own, newest)

    def newest_first(self, service: str) -> Iterator[Record]:
        """Yield all of a service's records by their ids from the greatest down, page by page as they are asked for.

        Ids begin with a time, which may be anybody's: who needs an order sorts what it takes.
        """
        return table.query(
            self._table,
            f"reading the deployments of {service}",
            KeyConditionExpression="service = :service",
            ExpressionAttributeValues={":service": service},
            ConsistentRead=True,
            ScanIndexForward=False,
        )

    def _walk(self, service: str, link: str) -> Iterator[Record]:
        """Yield the records that a link leads to, until one does not say how it goes on."""
        record, fits = self.newest(service), LINKS[link]
        if record is not None and fits(record):
            yield record
        while record is not None and link in record:
            record = self.record(service, str(record[link]))
            if record is None or not fits(record):  # deleted, or changed by hand
                return
            yield record
