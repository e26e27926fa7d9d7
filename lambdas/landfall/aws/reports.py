"""Amazon S3: the report bucket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from landfall.aws.trying import trying
from landfall.errors import AwsCallFailed

LISTED = 1000
"""The most keys that one list returns (Amazon S3 API reference, ListObjectsV2)."""
FOR_EACH = 4
"""Keys that a list returns for each wanted object. A report is two objects, and has other objects beside it."""


class Reports:
    """The report bucket."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, key: str, body: str, content_type: str) -> str:
        """Store a file once, and return its S3 URI. If it exists already, it stays unchanged.

        So a replay leaves one report, not a second version. If-None-Match needs no right but s3:PutObject (S3 User
        Guide, conditional writes). S3 answers 409 if another conditional write of the key is under way: the caller
        tries again.
        """
        where = f"s3://{self._bucket}/{key}"
        kind = {"ContentType": content_type, "IfNoneMatch": "*"}
        try:
            with trying(f"writing {where}"):
                self._client.put_object(Bucket=self._bucket, Key=key, Body=body.encode(), **kind)
        except AwsCallFailed as error:
            if error.code != "PreconditionFailed":
                raise
        return where

    def has(self, key: str) -> bool:
        """Say whether an object exists: one under a delete marker does not."""
        with trying(f"looking for s3://{self._bucket}/{key}"):
            found = self._client.list_objects_v2(Bucket=self._bucket, Prefix=key, MaxKeys=1)
            return any(each["Key"] == key for each in found.get("Contents", []))

    def holding(self, uris: Iterable[str]) -> frozenset[str]:
        """Return those of these objects that exist, by their S3 URIs. An object of another bucket is assumed to exist.

        It lists keys, which needs no right to read: without s3:ListBucket S3 answers 403 for a missing object, and with
        it the list is enough (S3 API reference, HeadObject; lists are strongly consistent). A list returns keys in
        order (S3 User Guide, listing object keys), so one list finds all neighbouring keys.
        """
        own, given = f"s3://{self._bucket}/", frozenset(uris)
        folders: dict[str, list[str]] = {}
        for key in sorted(uri.removeprefix(own) for uri in given if uri.startswith(own)):
            folders.setdefault(key[: key.find("/") + 1] or key, []).append(key)
        there = {own + key for folder, keys in folders.items() for key in self._those_there(folder, keys)}
        return frozenset(uri for uri in given if not uri.startswith(own) or uri in there)

    def _those_there(self, folder: str, keys: list[str]) -> Iterator[str]:
        """Yield which of these sorted keys exist. Each list covers the first remaining key and those soon after it."""
        while keys:
            begin, most = keys[0][:-1], min(LISTED, FOR_EACH * len(keys))
            with trying(f"looking for {len(keys)} objects of s3://{self._bucket}/{folder}"):
                page = self._client.list_objects_v2(Bucket=self._bucket, Prefix=folder, StartAfter=begin, MaxKeys=most)
                names = [str(each["Key"]) for each in page.get("Contents", [])]
                end = (names or [begin])[-1] if page.get("IsTruncated") else None
            covered = [key for key in keys if end is None or key <= end]
            yield from set(names).intersection(covered)
            if not covered:  # an empty page, or one full of others
                covered = keys[:1]
                yield from filter(self.has, covered)
            keys = keys[len(covered) :]

    def ever_had(self, prefix: str) -> bool:
        """Say whether an object with this key prefix was ever written: one under a delete marker counts.

        Hiding it needs the right to delete a version, and the bucket's lock forbids that. Others can put any number of
        delete markers over it, so a page may hold nothing but markers.
        """
        with trying(f"looking for versions of s3://{self._bucket}/{prefix}"):
            pages = self._client.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=prefix)
            return any(page.get("Versions") for page in pages)
