"""A long history in memory, behind the AWS calls by which evidence is read: pages, names and versions as AWS has them.

Moto takes minutes for what this does in seconds. The adapters and the command above it are the real ones. It counts
calls, items and bytes.
"""

from __future__ import annotations

import io
import json
from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import takewhile
from operator import itemgetter
from types import SimpleNamespace
from typing import Any

import boto3

from cli.cloud import Cloud
from landfall import chain
from landfall.aws.dynamodb.ledger import Ledger
from landfall.aws.dynamodb.ledger_chain import LAST
from landfall.chain import HASH, SEQUENCE, SIGNATURE, Record
from landfall.chain.check.chain_evidence import Evidence
from landfall.ledger import deployment_record
from landfall.partitions import CHAINS
from tests.campaigns.tampering import chains
from tests.support import builders as b
from tests.support.signing import KMS, Kms, signed

PAGE = 1_000_000
"""Bytes of a page of DynamoDB's Query (API reference: 1 MB)."""
KEYS = 1000
"""Versions of a page of S3's ListObjectVersions (API reference)."""
BEGAN = datetime(2026, 1, 2, tzinfo=UTC)


class Reads(Counter[str]):
    """Calls by their names, and `items` and `bytes` that they returned."""

    def count(self, call: str, items: int = 1, size: int = 0) -> None:
        """Count a call."""
        self.update({call: 1, "calls": 1, "items": items, "bytes": size})


class Table:
    """The ledger's table: of each partition its ids in order, and the items by their keys, in JSON."""

    name, page = "ledger", PAGE

    def __init__(self, reads: Reads) -> None:
        self.reads, self.ids = reads, dict[str, list[str]]()
        self.items: MutableMapping[tuple[str, str], bytes] = {}
        self.by_execution: dict[str, str] = {}
        errors = SimpleNamespace(ConditionalCheckFailedException=KeyError)
        self.meta = SimpleNamespace(client=SimpleNamespace(exceptions=errors))

    def put(self, item: Record) -> None:
        """Write an item."""
        service, id_ = item["service"], item["deployment_id"]
        if (service, id_) not in self.items:
            insort(self.ids.setdefault(service, []), id_)
        self.items[service, id_] = chain.canonical(item)

    def take(self, service: str, id_: str) -> None:
        """Delete an item."""
        self.ids[service].remove(id_)
        del self.items[service, id_]

    def get_item(self, Key: Mapping[str, str], **_: Any) -> dict[str, Any]:  # noqa: N803
        """Return an item."""
        item = self.items.get((Key["service"], Key["deployment_id"]))
        self.reads.count("GetItem", int(item is not None), len(item or b""))
        return {"Item": read(item)} if item else {}

    def query(self, **wanted: Any) -> dict[str, Any]:
        """Return a page of a partition."""
        values = wanted["ExpressionAttributeValues"]
        if "IndexName" in wanted:
            id_ = self.by_execution.get(values[":arn"])
            self.reads.count("Query", int(id_ is not None))
            return {"Items": [{"service": "sample", "deployment_id": id_}] if id_ else []}
        service = next(iter(values.values()))
        start = wanted.get("ExclusiveStartKey", {}).get("deployment_id", values.get(":after"))
        ids, found, size = self.ids.get(service, []), list[Record](), 0
        at = bisect_right(ids, start) if start is not None else 0
        while at < len(ids) and size < self.page:
            item = self.items[service, ids[at]]
            found.append(read(item))
            size, at = size + len(item), at + 1
        self.reads.count("Query", len(found), size)
        more = {"LastEvaluatedKey": {"service": service, "deployment_id": ids[at - 1]}} if at < len(ids) else {}
        return {"Items": found, **more}


def read(item: bytes) -> Record:
    """Return an item as boto3 gives it: its numbers are decimals."""
    return dict(json.loads(item, parse_int=Decimal))


class Bucket:
    """The report bucket: of each key its versions, the newest first, and delete markers among them."""

    page = KEYS

    def __init__(self, reads: Reads) -> None:
        self.reads, self.keys = reads, list[str]()
        self.versions: dict[str, list[dict[str, Any]]] = {}

    def put(self, key: str, body: str, at: datetime = BEGAN, *, hides: bool = False) -> None:
        """Write a version, or a delete marker."""
        if key not in self.versions:
            insort(self.keys, key)
            self.versions[key] = []
        version = {"Key": key, "VersionId": str(len(self.versions[key])), "LastModified": at}
        self.versions[key].insert(0, {**version, "body": body, "hides": hides})

    def take(self, key: str) -> None:
        """Delete all versions of a key, as nobody can while they are locked."""
        self.keys.remove(key)
        del self.versions[key]

    def get_object(self, Key: str, VersionId: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        """Return a version."""
        body = next(v["body"] for v in self.versions[Key] if v["VersionId"] == VersionId)
        self.reads.count("GetObject", 1, len(body))
        return {"Body": io.BytesIO(body.encode())}

    def get_paginator(self, _: str) -> Any:
        """Return what lists versions."""
        return SimpleNamespace(paginate=self._pages)

    def _pages(
        self,
        Prefix: str = "",  # noqa: N803
        KeyMarker: str = "",  # noqa: N803
        Delimiter: str = "",  # noqa: N803
        **_: Any,
    ) -> Iterator[dict[str, Any]]:
        if Delimiter:
            self.reads.count("ListObjectVersions")
            folders = dict.fromkeys(key.partition(Delimiter)[0] + Delimiter for key in self.keys)
            yield {"CommonPrefixes": [{"Prefix": folder} for folder in folders]}
            return
        page: list[dict[str, Any]] = []
        for key in self.names(Prefix, KeyMarker):
            for version in self.versions[key]:
                page.append(version)
                if len(page) == self.page:
                    yield self._page(page)
                    page = []
        yield self._page(page)

    def names(self, prefix: str, after: str) -> Iterator[str]:
        """Yield the keys that begin so, past another."""
        begin = max(bisect_left(self.keys, prefix), bisect_right(self.keys, after))
        of_it = (self.keys[at] for at in range(begin, len(self.keys)))
        return takewhile(lambda key: key.startswith(prefix), of_it)

    def _page(self, page: Sequence[dict[str, Any]]) -> dict[str, Any]:
        self.reads.count("ListObjectVersions", len(page))
        kinds = {"Versions": False, "DeleteMarkers": True}
        return {name: [each for each in page if each["hides"] is hides] for name, hides in kinds.items()}


class World(Cloud):
    """An AWS with a ledger and a bucket, and a service `sample` with a history. Nothing else is asked of it."""

    reads: Reads
    table: Table
    bucket: Bucket
    executions: dict[str, datetime]

    @classmethod
    def empty(cls) -> World:
        """Return one without records."""
        world = cls(boto3.Session(region_name="us-east-1"), b.settings())
        outputs = {"StateMachineArn": "arn:machine", "LedgerTableName": "ledger", "ReportBucketName": "reports"}
        reads = Reads()
        vars(world).update(reads=reads, table=Table(reads), bucket=Bucket(reads), executions={})
        vars(world).update(outputs={**outputs, "SigningKeyArn": "key"})
        vars(world).update(ledger=Ledger(world.table, lambda: world.signing))
        world.bucket.put(chain.key_name("sample", KMS.public.fingerprint), "{}", BEGAN)
        return world

    def client(self, name: str) -> Any:
        """Return a client."""
        return {"s3": self.bucket, "kms": KMS, "stepfunctions": self}[name]

    def get_paginator(self, _: str) -> Any:
        """Return what lists executions, the newest first."""
        newest = [
            {"name": name, "executionArn": f"arn:{name}", "startDate": at}
            for name, at in sorted(self.executions.items(), key=itemgetter(1), reverse=True)
        ]
        return SimpleNamespace(paginate=lambda **_: iter([{"executions": newest}]))

    def describe_execution(self, executionArn: str) -> dict[str, Any]:  # noqa: N803
        """Return how an execution began."""
        self.reads.count("DescribeExecution")
        name = executionArn.removeprefix("arn:")
        return {"name": name, "input": "{}", "startDate": self.executions[name]}

    def close(self, *numbers: int, anchored: bool = True, kms: Kms = KMS) -> None:
        """Close deployments, report and anchor them."""
        for number in numbers:
            content = chains.record(number)
            sealed = signed(chain.sealed(content, self.ledger.head("sample"), kms.public.fingerprint), kms)
            self.table.put({**sealed, **({"reported": f"s3://reports/{number}"} if anchored else {})})
            self.set_head(sealed)
            if anchored:
                self.anchor(sealed, BEGAN + timedelta(seconds=number))

    def set_head(self, sealed: Record) -> None:
        """Let HEAD name a record."""
        head = {"service": CHAINS, "deployment_id": "sample", LAST: sealed["deployment_id"]}
        self.table.put({**head, SEQUENCE: sealed[SEQUENCE], HASH: sealed[HASH]})

    def anchor(self, sealed: Record, at: datetime) -> None:
        """Write the anchor of a record."""
        head = chain.head_of(sealed)
        assert head is not None
        self.bucket.put(chain.anchor_of(head).key, json.dumps({SIGNATURE: sealed[SIGNATURE]}), at)

    def load(self, evidence: Evidence) -> None:
        """Let the ledger and the bucket hold evidence."""
        for record in evidence.records:
            self.table.put(record)
        for kept in evidence.heads:
            head = {k: v for k, v in kept.items() if k not in ("service", "deployment_id")}
            self.table.put({**head, "service": CHAINS, "deployment_id": "sample", LAST: kept.get("deployment_id")})
        for number, each in enumerate(evidence.anchors):
            at = BEGAN + timedelta(seconds=number if each.late else -1)
            self.bucket.put(each.key, json.dumps({SIGNATURE: each.signature}), at)

    def open(self, number: int) -> None:
        """Open a deployment."""
        self.table.put(deployment_record.opened(chains.release_of(number)))

    def change(self, number: int, **changes: Any) -> None:
        """Change a record, past Landfall."""
        key = ("sample", chains.record(number)["deployment_id"])
        self.table.put({**read(self.table.items[key]), **changes})

    def take(self, number: int) -> None:
        """Delete a record, past Landfall."""
        self.table.take("sample", chains.record(number)["deployment_id"])
