"""An account in which nothing happens: services of so many records each, below the real adapters, and its meter.

What an adapter asks is answered before botocore would send it. Items are made when they are read, so ten thousand
records cost no memory. A read unit is counted as DynamoDB does (bench/prices.py).
"""

from __future__ import annotations

import json
import math
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from boto3.dynamodb.types import TypeSerializer

from bench.prices import UNIT
from landfall import chain
from landfall.aws.signing import Signing
from landfall.chain import HASH, SEQUENCE, Record
from landfall.ledger import deployment_record
from landfall.partitions import CHAINS, TURNS
from landfall.settings import Settings
from tests.support import builders as b
from tests.support.signing import KMS

RECORD_BYTES = 7000
"""What a record of a release weighs: 200 are 1.4 MB."""
PAGE_BYTES = 1 << 20
"""What one query reads at most (DynamoDB API reference, Query)."""
BUCKET, LEDGER, LOCKS = "reports", "ledger", "locks"
_AS_STORED = TypeSerializer()
Asked = Mapping[str, Any]
Reply = dict[str, Any]

POLICY = (
    '{"rules": [{"rulePriority": 1, "action": {"type": "expire"}, "selection": {"tagStatus": "untagged", '
    '"countType": "sinceImagePushed", "countUnit": "days", "countNumber": 14}}]}'
)
"""What the stack gives a repository: it takes untagged images alone."""


class Account:
    """AWS for services of so many records and images. `calls` are counted by operation, `used` by what is paid."""

    def __init__(self, settings: Settings, records: int, images: int) -> None:
        self.names, self.records = [service.name for service in settings.services], records
        self.images = images
        self.calls: Counter[str] = Counter()
        self.used: Counter[str] = Counter()
        self._cursor: Mapping[str, Any] | None = None
        self._lock = threading.Lock()
        self._newest = {name: self._sealed(name) for name in self.names}
        tags = [{"key": "landfall:git-sha", "value": b.SHA}]
        self._replies: Mapping[str, Callable[[Asked], Reply]] = {
            "GetItem": self._get_item,
            "Query": self._query,
            "UpdateItem": self._update_item,
            "ListObjectsV2": self._list_objects,
            "DescribeImages": self._describe_images,
            "GetLifecyclePolicy": lambda _: {"lifecyclePolicyText": POLICY},
            "DescribeServices": self._describe_services,
            "DescribeTaskDefinition": lambda _: {"taskDefinition": {"containerDefinitions": []}, "tags": tags},
            "ListTasks": lambda _: {"taskArns": []},
            "GetPublicKey": lambda _: dict(KMS.get_public_key()),
        }

    def answer(self, operation: str, asked: Asked) -> Reply:
        """Return AWS's reply to a call."""
        reply = self._replies[operation](asked)
        with self._lock:
            self.calls[operation] += 1
        return {"ResponseMetadata": {"HTTPStatusCode": 200}, **reply}

    def _id(self, number: int) -> str:
        return f"{b.NOW - timedelta(days=1) + timedelta(seconds=number - self.records):%Y%m%dT%H%M%SZ}-{number:06}"

    def _at(self, number: int) -> datetime:
        return b.NOW - timedelta(days=1) + timedelta(seconds=number - self.records)

    def _sealed(self, service: str) -> Record:
        """Return the newest record, sealed and signed, as a success that left its revision live."""
        name, number = self._id(self.records - 1), self.records
        release = b.release(service=service, deployment_id=name, started_at=self._at(number).isoformat())
        record = deployment_record.closed(b.ended(release=release), self._at(number) + timedelta(minutes=5))
        del record["unfinished"]
        weight = "x" * max(0, RECORD_BYTES - _size(record) - 300)
        head = chain.Head(service, number - 1, "0" * 64, "before") if number > 1 else None
        sealed = chain.sealed({**record, "weight": weight}, head, KMS.public.fingerprint)
        signed = Signing(KMS, "key", None).sign(sealed)  # type: ignore[arg-type]
        return {**signed, "reported": f"s3://{BUCKET}/{service}/{name}/report.md"}

    def _record(self, service: str, number: int) -> Record:
        newest, name = self._newest[service], self._id(number)
        at = {
            "started_at": self._at(number).isoformat(),
            "ended_at": (self._at(number) + timedelta(minutes=5)).isoformat(),
        }
        if number == self.records - 1:
            return newest
        return {**newest, **at, "deployment_id": name, "reported": f"s3://{BUCKET}/{service}/{name}/report.md"}

    def _get_item(self, asked: Asked) -> Reply:
        service, name = asked["Key"]["service"], asked["Key"].get("deployment_id", "")
        found: Mapping[str, Any] | None = None
        if asked["TableName"] == LOCKS:
            found = {"service": service, "fence": self.records}
        elif service == CHAINS and name in self._newest:
            newest = self._newest[name]
            last = {SEQUENCE: newest[SEQUENCE], HASH: newest[HASH], "last": newest["deployment_id"]}
            found = {"service": CHAINS, "deployment_id": name, **last}
        elif service == TURNS:
            found = self._cursor
        elif service in self._newest:
            number = int(name[-6:])
            found = self._record(service, number) if self._id(number) == name else None
        self._read([found] if found else [])
        return {"Item": _stored(found)} if found else {}

    def _query(self, asked: Asked) -> Reply:
        """Answer what the newest records are. Nothing is unfinished, and there is no finding."""
        values, start = asked["ExpressionAttributeValues"], asked.get("ExclusiveStartKey")
        service = values.get(":service", "")
        if "IndexName" in asked or service not in self._newest:
            self._read([])
            return {"Items": []}
        if asked.get("ScanIndexForward", True):
            raise NotImplementedError(f"a query from the oldest record on: {asked}")
        begin = int(start["deployment_id"][-6:]) if start else self.records
        end = max(0, begin - min(asked.get("Limit", begin), PAGE_BYTES // RECORD_BYTES))
        read = [self._record(service, number) for number in range(begin - 1, end - 1, -1)]
        self._read(read)
        wanted = values.get(":digest")
        items = [_stored(item) for item in read if wanted in (None, item["image_digest"])]
        last = {"LastEvaluatedKey": _stored({k: read[-1][k] for k in ("service", "deployment_id")})} if end else {}
        return {"Items": items, **last}

    def _update_item(self, asked: Asked) -> Reply:
        if asked["Key"]["service"] != TURNS:
            raise NotImplementedError(f"nothing is found here: {asked}")
        self._cursor = asked["Key"] | {name[1:]: value for name, value in asked["ExpressionAttributeValues"].items()}
        with self._lock:
            self.used["write unit"] += 1
        return {}

    def _read(self, items: Sequence[Mapping[str, Any]]) -> None:
        """Count what a consistent read takes, of nothing as well. An index is read for half of it."""
        weight = sum(map(_size, items))
        with self._lock:
            self.used["read unit"] += max(1, math.ceil(weight / UNIT))
            self.used["items"] += len(items)
            self.used["bytes"] += weight

    def _list_objects(self, asked: Asked) -> Reply:
        prefix, after, most = asked["Prefix"], asked.get("StartAfter", ""), asked.get("MaxKeys", 1000)
        service, _, anchor = prefix.partition("/")
        if anchor:
            head = chain.head_of(self._newest[service])
            keys = [chain.anchor_of(head).key] if head else []
        else:
            first = next((n for n in range(self.records) if f"{service}/{self._id(n)}/~" > after), self.records)
            numbers = range(first, min(self.records, first + most))
            keys = [f"{service}/{self._id(n)}/{file}" for n in numbers for file in ("report.json", "report.md")]
        found = [key for key in keys if key > after and key.startswith(prefix)]
        with self._lock:
            self.used["list"] += 1
        return {"Contents": [{"Key": key} for key in found[:most]], "IsTruncated": len(found) > most}

    def _describe_images(self, asked: Asked) -> Reply:
        """List the images, of which the last one that was pushed is live."""
        begin = int(asked.get("nextToken", "0"))
        end = min(self.images, begin + asked["maxResults"])
        images = [{"imageDigest": f"sha256:{n:064x}", "imageTags": [f"{n:040x}"]} for n in range(begin, end)]
        for number, image in zip(range(begin, end), images, strict=True):
            image["imagePushedAt"] = self._at(number)  # type: ignore[assignment]
            if number == self.images - 1:
                image["imageDigest"] = b.DIGEST
        with self._lock:
            self.used["images"] += len(images)
        return {"imageDetails": images, **({"nextToken": str(end)} if end < self.images else {})}

    def _describe_services(self, asked: Asked) -> Reply:
        primary = {"id": b.OURS, "status": "PRIMARY", "taskDefinition": b.REVISION, "rolloutState": "COMPLETED"}
        told = {"status": "ACTIVE", "desiredCount": 2, "runningCount": 2, "deployments": [primary]}
        return {"services": [{"serviceArn": f"service/c/{name}", **told} for name in asked["services"]], "failures": []}


def _size(item: Mapping[str, Any]) -> int:
    """Return what an item weighs: its names and its values, in bytes."""
    return len(json.dumps(item, default=str))


def _stored(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _AS_STORED.serialize(value) for name, value in item.items()}
