"""Gathers what there is to verify about a service: its records, HEAD, and the anchors in the report bucket."""

from __future__ import annotations

from collections.abc import Iterator

from cli.cloud import Cloud
from cli.exits import Refused
from landfall import chain
from landfall.aws.ledger import Record
from landfall.chain import CHAINS, Anchor
from landfall.chain_check import Evidence
from landfall.errors import trying

TRIES = 5


def evidence(cloud: Cloud, service: str) -> Evidence:
    """Return a service's evidence as it stands at one moment: HEAD is the same before and after. Raises Refused."""
    for _ in range(TRIES):
        head = cloud.ledger.head(service)
        records = sorted(cloud.ledger.newest_first(service), key=_number)
        anchors = tuple(_anchors(cloud, service))
        if cloud.ledger.head(service) == head:
            return Evidence(service, tuple(records), head, anchors)
    raise Refused("BUSY", f"deployments of {service} were closed each time its ledger was read; try again")


def _number(record: Record) -> int:
    """A table keeps no order: that of the chain is in the records themselves."""
    return chain.integer(record.get(chain.SEQUENCE)) or 0


def _anchors(cloud: Cloud, service: str) -> Iterator[Anchor]:
    """Yield the anchors, those under a delete marker too: Object Lock keeps a version, not its being listed.

    S3 User Guide, "Managing delete markers": a lock doesn't keep anybody from putting a delete marker over an object.
    """
    client, bucket = cloud.client("s3"), cloud.outputs["ReportBucketName"]
    with trying(f"listing the anchors of {service}"):
        pages = list(
            client.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=f"{service}/{CHAINS}/")
        )
    hidden = {each["Key"] for page in pages for each in page.get("DeleteMarkers", [])}
    keys = {each["Key"] for page in pages for each in page.get("Versions", [])}
    for key in sorted(keys):
        if anchor := chain.anchor_at(key, hidden=key in hidden):
            yield anchor
