"""Gathers the evidence of a service: its records, HEAD, and its anchors in the report bucket."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from cli.cloud import Cloud
from cli.exits import Refused
from landfall import chain
from landfall.aws.trying import trying
from landfall.chain import HASH, SEQUENCE, SIGNATURE, Anchor, Record
from landfall.chain.check import Evidence
from landfall.partitions import CHAINS

TRIES = 5
HEAD = ("service", SEQUENCE, HASH, "deployment_id")


@dataclass(frozen=True)
class Object:
    """The first version of an object in the bucket. `hidden`: somebody put a delete marker over it."""

    key: str
    version: str
    written: datetime
    hidden: bool


def services(cloud: Cloud) -> list[str]:
    """Return every service that may have evidence: the configured ones, and those in the ledger or the bucket.

    So a service that somebody removed from the settings is still verified.
    """
    client, bucket = cloud.client("s3"), cloud.outputs["ReportBucketName"]
    with trying("listing the services of the report bucket"):
        pages = list(client.get_paginator("list_object_versions").paginate(Bucket=bucket, Delimiter="/"))
    reported = [each["Prefix"].rstrip("/") for page in pages for each in page.get("CommonPrefixes", [])]
    known = (*(s.name for s in cloud.settings.services), *cloud.ledger.chains(), *sorted(reported))
    return list(dict.fromkeys(known))


def evidence(cloud: Cloud, service: str) -> Evidence:
    """Return a service's evidence of one moment: HEAD is the same before and after reading. Raises Refused."""
    for _ in range(TRIES):
        head = cloud.ledger.head_as_kept(service)
        records = sorted(cloud.ledger.newest_first(service), key=chain.number)
        objects = _objects(cloud, service)
        if cloud.ledger.head_as_kept(service) == head:
            heads = ({name: head.get(name) for name in HEAD},) if head else ()
            begun = [each.written for each in objects if each.key.startswith(chain.key_names(service))]
            anchors = tuple(_anchors(cloud, objects, records, min(begun, default=None)))
            return Evidence(service, tuple(records), heads, anchors, cloud.signing.keys, begun=bool(begun))
    raise Refused("BUSY", f"a deployment of {service} ended each time its records were read; try again")


def _objects(cloud: Cloud, service: str) -> list[Object]:
    """List a chain's objects in the bucket, also those under a delete marker.

    S3 User Guide, "Managing delete markers": a lock doesn't prevent a delete marker over an object.
    """
    client, bucket = cloud.client("s3"), cloud.outputs["ReportBucketName"]
    with trying(f"listing the anchors of {service}"):
        pages = list(
            client.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=f"{service}/{CHAINS}/")
        )
    hidden = {each["Key"] for page in pages for each in page.get("DeleteMarkers", [])}
    first: dict[str, Any] = {}
    for each in sorted((v for page in pages for v in page.get("Versions", [])), key=lambda v: v["LastModified"]):
        first.setdefault(each["Key"], each)
    return [
        Object(name, each["VersionId"], each["LastModified"], name in hidden) for name, each in sorted(first.items())
    ]


def _anchors(cloud: Cloud, objects: list[Object], records: list[Record], begun: datetime | None) -> Iterator[Anchor]:
    """Yield the anchors. An anchor that agrees with no record is read, since its signature decides what it means."""
    known = {(chain.number(record), record.get(HASH)): str(record.get(SIGNATURE, "")) for record in records}
    for each in objects:
        anchor = chain.anchor_at(each.key, hidden=each.hidden)
        if anchor is None:
            continue
        signature = known.get((anchor.sequence, anchor.hash))
        if signature is None:
            signature = _signature(cloud, each)
        yield replace(anchor, signature=signature, late=begun is not None and each.written > begun)


def _signature(cloud: Cloud, at: Object) -> str:
    bucket = cloud.outputs["ReportBucketName"]
    with trying(f"reading s3://{bucket}/{at.key}"):
        body = cloud.client("s3").get_object(Bucket=bucket, Key=at.key, VersionId=at.version)["Body"].read()
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    found = document.get(SIGNATURE) if isinstance(document, Mapping) else None
    return found if isinstance(found, str) else ""
