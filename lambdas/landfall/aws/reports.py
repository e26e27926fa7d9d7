"""Amazon S3: the report bucket."""

from __future__ import annotations

from typing import Any

from landfall.aws.trying import trying
from landfall.errors import AwsCallFailed


class Reports:
    """The report bucket."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, key: str, body: str, content_type: str) -> str:
        """Store a file that is never written again, and return its S3 URI: one that is there already stays as it is.

        A replay leaves one report, not a second version of it. If-None-Match takes no right but s3:PutObject (S3 User
        Guide, conditional writes). S3 answers 409 where another conditional write of the key is under way: to be tried
        again.
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

    def holds(self, uri: str) -> bool:
        """Say whether an object exists, by its S3 URI. An object of another bucket is assumed to exist.

        Asked by listing, which takes no right to read: without s3:ListBucket S3 answers 403 for an object that is
        missing, and with it the list says the same (S3 API reference, HeadObject; lists are strongly consistent).
        """
        own = f"s3://{self._bucket}/"
        return not uri.startswith(own) or self.has(uri.removeprefix(own))

    def has(self, key: str) -> bool:
        """Say whether an object is there: one under a delete marker is not."""
        with trying(f"looking for s3://{self._bucket}/{key}"):
            found = self._client.list_objects_v2(Bucket=self._bucket, Prefix=key, MaxKeys=1)
            return any(each["Key"] == key for each in found.get("Contents", []))

    def ever_had(self, prefix: str) -> bool:
        """Say whether any object whose key begins so was ever written: one under a delete marker counts.

        To hide it takes the right to delete a version, and the bucket's lock forbids that. Others can put any number of
        delete markers over it, so a page may hold nothing but markers.
        """
        with trying(f"looking for versions of s3://{self._bucket}/{prefix}"):
            pages = self._client.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=prefix)
            return any(page.get("Versions") for page in pages)
