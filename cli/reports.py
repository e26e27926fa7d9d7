"""Reads a deployment's report from the report bucket."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cli.cloud import Cloud
from landfall.aws.trying import trying
from landfall.chain import Record
from landfall.errors import AwsCallFailed

MOST_BYTES = 8 << 20
"""The most bytes that are read of an object. A report holds 50 tasks, 50 lines and a timeline, and is far smaller."""
MISSING = ("NoSuchKey", "AccessDenied")
"""S3 answers 403 for a missing object if the caller may not list the bucket (API reference, GetObject)."""


def fetched(cloud: Cloud, uri: str) -> bytes | None:
    """Return an object by its S3 URI; None if there is none, or the caller may not read it. Raises AwsCallFailed."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    try:
        with trying(f"reading {uri}"):
            found = cloud.client("s3").get_object(Bucket=bucket, Key=key, Range=f"bytes=0-{MOST_BYTES - 1}")
            return bytes(found["Body"].read(MOST_BYTES))
    except AwsCallFailed as error:
        if error.code in MISSING:
            return None
        raise


def document(cloud: Cloud, record: Record) -> Mapping[str, Any] | None:
    """Return a deployment's report for programs; None if there is none, or it can't be read."""
    uri = str(record.get("reported") or "")
    found = fetched(cloud, f"{uri.rpartition('/')[0]}/report.json") if uri.startswith("s3://") else None
    try:
        told = json.loads(found) if found else None
    except ValueError:
        return None
    return told if isinstance(told, Mapping) else None
