"""Reads records by their keys, and finds them by the ledger's indexes.

An index holds only keys, and is a moment behind the table (DynamoDB developer guide, global secondary indexes: their
reads are eventually consistent). So each record that an index names is read consistently by its key, and counts only if
it matches. A record that the index does not name yet may exist: a caller to whom that matters also reads the newest
records (`since`).

DynamoDB makes one index at a time. Until an index exists, the records are read without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from landfall import commit
from landfall.aws.dynamodb import table
from landfall.aws.trying import trying
from landfall.chain import Record
from landfall.errors import AwsCallFailed
from landfall.ledger import YES
from landfall.ledger.service_standing import SEARCHED

INDEX_EXECUTION, INDEX_UNFINISHED = "by_execution", "unfinished"
INDEX_IMAGE, INDEX_COMMIT, INDEX_OUTCOME = "by_image", "by_commit", "by_outcome"
INDEX_SHA = "by_sha"
"""The predecessor of `by_commit`. It held whole records, and is removed when all other indexes exist."""
INDEXES: Mapping[str, tuple[str, ...]] = {
    INDEX_EXECUTION: ("execution_arn",),
    INDEX_UNFINISHED: ("unfinished", "deployment_id"),
    INDEX_IMAGE: ("service", "image_digest"),
    INDEX_COMMIT: ("service", "git_sha"),
    INDEX_OUTCOME: ("service", "outcome"),
}
"""Each index with its partition key and its sort key. A record without one of them is not in it."""
KEYS_LISTED = 5_000
"""Keys of one outcome that are listed: less than 1 MB, a page. An outcome with more is found faster by time."""
ANY = 10
"""Keys of an image that are read to find any record of it."""
_AFTER_DIGITS = "~"
"""Sorts after every commit that begins with the same digits."""

Key = tuple[str, str]
"""A record's service and deployment id."""


def key(service: str, deployment_id: str) -> dict[str, str]:
    """Return the key of a record."""
    return {"service": service, "deployment_id": deployment_id}


class Indexed:
    """Partition key `service`, sort key `deployment_id`."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def record(self, service: str, deployment_id: str) -> Record | None:
        """Return a record, read consistently."""
        with trying(f"reading ledger record {deployment_id}"):
            item = self._table.get_item(Key=key(service, deployment_id), ConsistentRead=True).get("Item")
        return dict(item) if item else None

    def records(self, service: str, ids: Iterable[str]) -> list[Record]:
        """Return the records of these deployments that there are, in this order, read consistently."""
        return self.records_at((service, each) for each in ids)

    def records_at(self, keys: Iterable[Key]) -> list[Record]:
        """Return the records that these keys have, in this order, read consistently: up to a hundred in one call."""
        wanted = list(dict.fromkeys(keys))
        items = table.get_all(self._table, f"reading {len(wanted)} ledger records", (key(*each) for each in wanted))
        with trying("reading ledger records"):
            found = {(str(item["service"]), str(item["deployment_id"])): dict(item) for item in items}
        return [found[each] for each in wanted if each in found]

    def newest_first(self, service: str, page: int | None = None, below: str = "") -> Iterator[Record]:
        """Yield all of a service's records by their ids, the greatest first. Each page is read when it is asked for.

        `page` is how many records are read at once; without it, 1 MB of them. With `below`, it yields those with lesser
        ids. Ids begin with a time of any clock: a caller that needs an order sorts the records itself.
        """
        return self._query(
            f"reading the deployments of {service}",
            KeyConditionExpression="service = :service" + (" AND deployment_id < :below" if below else ""),
            ExpressionAttributeValues={":service": service, **({":below": below} if below else {})},
            ConsistentRead=True,
            ScanIndexForward=False,
            **({"Limit": page} if page else {}),
        )

    def before(self, service: str, last: str) -> Iterator[Record]:
        """Yield a service's records by their ids, the greatest first, from `last` on.

        Ids may have a wrong time, so SEARCHED records after it come before them.
        """
        what, values = f"reading the deployments of {service}", {":service": service, ":last": last}
        later = self._query(
            what,
            KeyConditionExpression="service = :service AND deployment_id > :last",
            ExpressionAttributeValues=values,
            ConsistentRead=True,
            most=SEARCHED,
        )
        yield from reversed(list(later))
        yield from self._query(
            what,
            KeyConditionExpression="service = :service AND deployment_id <= :last",
            ExpressionAttributeValues=values,
            ConsistentRead=True,
            ScanIndexForward=False,
        )

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

    def unfinished(self, service: str | None = None) -> list[Record]:
        """Return every deployment, or those of one service, that is not finished: something is left to do.

        One that began this moment may not be in the index yet, and one that is over is left out.
        """
        found = self._listed(INDEX_UNFINISHED, "unfinished = :yes", {":yes": YES})
        ours = (each for each in found if service in (None, each[0]))
        return [record for record in self.records_at(ours) if "unfinished" in record]

    def of_image(self, service: str, digest: str) -> list[Record]:
        """Return the records of an image's deployments by their ids, the greatest first.

        One that was opened this moment may not be in the index yet.
        """
        ids = self._ids(INDEX_IMAGE, service, "image_digest = :value", {":value": digest})
        return list(self._fitting(service, ids, lambda record: record.get("image_digest") == digest))

    def any_of_image(self, service: str, digest: str) -> Record | None:
        """Return one record of an image's deployments, and stop reading there; None if the index has none yet."""
        ids = self._ids(INDEX_IMAGE, service, "image_digest = :value", {":value": digest}, ANY)
        return next(self._fitting(service, ids, lambda record: record.get("image_digest") == digest, each=1), None)

    def of_commit(self, service: str, prefix: str) -> list[Record]:
        """Return the records of a commit's deployments by their ids, the greatest first.

        Both the wanted commit and the one in the record may be shortened (commit.same). A record that was opened this
        moment may not be in the index yet.
        """
        condition, values = "git_sha = :value", {":value": prefix}
        if digits := commit.digits(prefix):
            condition = "git_sha BETWEEN :first AND :last"
            values = {":first": digits[: commit.SHORTEST], ":last": digits + _AFTER_DIGITS}
        ids = self._ids(INDEX_COMMIT, service, condition, values)
        if ids is None:
            ids = self._ids(INDEX_SHA, service, condition, values)
        return list(self._fitting(service, ids, lambda record: commit.same(str(record.get("git_sha", "")), prefix)))

    def of_commits(self, service: str, commits: Iterable[str]) -> list[Record]:
        """Return the records of deployments of these commits, as they are written in the records, in no order.

        It asks the index once for each commit, and then reads the records together.
        """
        wanted, ids = frozenset(commits), list[str]()
        for each in sorted(wanted):
            more = self._ids(INDEX_COMMIT, service, "git_sha = :value", {":value": each})
            if more is None:
                return [record for record in self.newest_first(service) if record.get("git_sha") in wanted]
            ids += more
        return [record for record in self.records(service, ids) if record.get("git_sha") in wanted]

    def of_outcome(self, service: str, outcomes: Iterable[str], last: str = "") -> Iterator[Record]:
        """Yield the records of deployments with this outcome by their ids, the greatest first, as they are asked for.

        With `last` they begin there, as in `before`. One that was closed this moment may not be in the index
        yet. An outcome with more than KEYS_LISTED records is looked for among all records: it is not rare.
        """
        wanted, ids = frozenset(outcomes), list[str]()
        for outcome in sorted(wanted):
            more = self._ids(INDEX_OUTCOME, service, "outcome = :value", {":value": outcome}, KEYS_LISTED + 1)
            if more is None or len(more) > KEYS_LISTED:
                everything = self.before(service, last) if last else self.newest_first(service)
                return (record for record in everything if record.get("outcome") in wanted)
            ids += more
        if last:
            ids = sorted(ids)[: SEARCHED + sum(each <= last for each in ids)]
        return self._fitting(service, ids, lambda record: record.get("outcome") in wanted)

    def _fitting(
        self, service: str, ids: Iterable[str] | None, fits: Callable[[Record], bool], each: int = table.MOST_KEYS
    ) -> Iterator[Record]:
        """Yield the matching records of these ids, the greatest id first; without ids, search all records."""
        if ids is None:
            yield from filter(fits, self.newest_first(service))
            return
        left = sorted(ids, reverse=True)
        while left:
            some, left = left[:each], left[each:]
            yield from filter(fits, self.records(service, some))

    def _ids(
        self, index: str, service: str, condition: str, values: Mapping[str, str], most: int | None = None
    ) -> list[str] | None:
        """Return the ids that an index has for a service; None if the index can't be queried."""
        if not all(values.values()):
            return []  # no key is empty, and DynamoDB refuses a query for an empty one
        condition, values = f"service = :service AND {condition}", {":service": service, **values}
        try:
            return [each for _, each in self._listed(index, condition, values, most)]
        except AwsCallFailed as error:
            if is_not_there(error):
                return None
            raise

    def _listed(self, index: str, condition: str, values: Mapping[str, str], most: int | None = None) -> list[Key]:
        what, values = f"looking for records: {', '.join(values.values())}", dict(values)
        found = self._query(
            what, IndexName=index, KeyConditionExpression=condition, ExpressionAttributeValues=values, most=most
        )
        with trying(what):
            return [(str(item["service"]), str(item["deployment_id"])) for item in found]

    def _query(self, what: str, **wanted: Any) -> Iterator[Record]:
        return table.query(self._table, what, **wanted)


def is_not_there(error: AwsCallFailed) -> bool:
    """Say whether DynamoDB has no such index, or is still building it.

    It refuses a query of such an index with one of these messages: "does not have the specified index", "Cannot read
    from backfilling global secondary index"; the API reference (Query) names ResourceNotFoundException for the first.
    So an index that answers is complete.
    """
    return error.code in ("ValidationException", "ResourceNotFoundException") and "index" in str(error)
