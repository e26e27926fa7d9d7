"""Reads the evidence of a service: its records, HEAD, and its anchors in the report bucket; page by page.

Of each record it keeps only the few fields that the check needs (landfall.chain.check.kept_evidence), so that memory
does not grow with the history.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any

from cli.cloud import Cloud
from cli.exits import Refused
from landfall import chain
from landfall.aws.trying import trying
from landfall.chain import HASH, SEQUENCE, SIGNATURE, Record
from landfall.chain.check import resume
from landfall.chain.check.kept_evidence import Kept
from landfall.chain.check.resume import Point
from landfall.chain.check.verification import Verified, judge
from landfall.partitions import CHAINS

TRIES = 5
HEAD = ("service", SEQUENCE, HASH, "deployment_id")
Mark = Callable[[Record], int]
"""Called with each record as it is read. It returns what to remember of it."""


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


class DoesNotHold(Exception):
    """The checkpoint can't be used, so everything must be read. The message says why."""


class Reading:
    """Reads a service's evidence as of one moment: HEAD is the same before and after. `kept` holds the last reading."""

    def __init__(self, cloud: Cloud, service: str, mark: Mark = lambda _: 0) -> None:
        self._cloud, self._service, self._mark = cloud, service, mark
        self.kept: Kept | None = None

    def close(self) -> None:
        """Delete what was read."""
        if self.kept is not None:
            self.kept.shelf.close()
        self.kept = None

    def whole(self) -> Kept:
        """Read everything. Raises Refused."""
        return self._of_one_moment(self._everything)

    def since(self, point: Point) -> tuple[Kept, Verified]:
        """Read and judge the records that came after an earlier check. Raises DoesNotHold and Refused."""
        kept = self._of_one_moment(lambda kept: self._rest(kept, point), point.sequence)
        told = judge(kept)
        if why := resume.strange(point, kept, told):
            raise DoesNotHold(why)
        return kept, told

    def interrupted(self, whole: str, point: Point | None = None) -> Point | None:
        """Return the point to go on from after an interruption. It lists the anchors of the records that were read.

        Records are read in the order of their ids, so the next check finds the rest.
        """
        kept = self.kept
        if kept is None or (point and kept.records <= len(point.pending)):
            return None
        most = resume.cut_short(kept)
        if not self._anchors(kept, point.anchor(self._service) if point else "", most):
            return None
        told = judge(kept)
        if told.findings or (point and resume.strange(point, kept, told)):
            return None
        return resume.point_of(kept, point.whole if point else whole, point)

    def _of_one_moment(self, read: Callable[[Kept], None], since: int = 0) -> Kept:
        ledger = self._cloud.ledger
        for _ in range(TRIES):
            self.close()
            head = ledger.head_as_kept(self._service)
            kept = self.kept = Kept(self._service, self._cloud.signing.keys, any_order=True, since=since)
            kept.heads = ({name: head.get(name) for name in HEAD},) if head else ()
            read(kept)
            if ledger.head_as_kept(self._service) == head:
                return kept
        raise Refused("BUSY", f"a deployment of {self._service} ended each time its records were read; try again")

    def _everything(self, kept: Kept) -> None:
        for record in self._cloud.ledger.oldest_first(self._service):
            kept.add(record, self._mark(record))
        self._anchors(kept)

    def _rest(self, kept: Kept, point: Point) -> None:
        ledger, known = self._cloud.ledger, {point.deployment_id, *point.ahead}
        last = ledger.record(self._service, point.deployment_id)
        if (why := resume.differs(point, last, kept)) or last is None:
            raise DoesNotHold(why)
        kept.add(last, self._mark(last))
        for name in point.pending:
            record = ledger.record(self._service, name)
            if record is None:
                raise DoesNotHold(f"the record {name} was open, and is gone")
            kept.add(record, self._mark(record))
        for record in ledger.oldest_first(self._service, point.after):
            if record["deployment_id"] not in known:
                kept.add(record, self._mark(record))
        if not self._anchors(kept, point.anchor(self._service)):
            raise DoesNotHold(f"the anchor of record {point.sequence} is gone")

    def _anchors(self, kept: Kept, first: str = "", most: int | None = None) -> bool:
        """Keep all anchors, or those from `first` up to number `most`. Say whether `first` is there.

        An anchor that agrees with no record is read, since its signature decides what it means.
        """
        service, there = self._service, not first
        begun = min((each.written for each in self._objects(chain.key_names(service))), default=None)
        kept.begun = begun is not None
        kept.shelf.forget_anchors()
        for each in self._objects(first) if first else ():
            there = there or each.key == first
            self._anchor(kept, each, begun)
        for each in self._objects(f"{service}/{CHAINS}/", first):
            anchor = chain.anchor_at(each.key)
            if most is not None and anchor and anchor.sequence > most:
                break
            self._anchor(kept, each, begun)
        return there

    def _objects(self, prefix: str, after: str = "") -> Iterator[Object]:
        return _objects(self._cloud, prefix, after)

    def _anchor(self, kept: Kept, at: Object, begun: datetime | None) -> None:
        anchor = chain.anchor_at(at.key, hidden=at.hidden)
        if anchor is None:
            return
        signature = kept.shelf.signature(anchor.sequence, anchor.hash)
        if signature is None:
            signature = _signature(self._cloud, at)
        late = begun is not None and at.written > begun
        kept.shelf.keep_anchor(replace(anchor, signature=signature, late=late))


def _objects(cloud: Cloud, prefix: str, after: str = "") -> Iterator[Object]:
    """Yield a chain's objects in the bucket by their names, also those under a delete marker; after a name, if given.

    S3 lists by name, and of one name the newest version first (API reference, ListObjectVersions); a page can end
    between two versions. A lock doesn't prevent a delete marker over an object (User Guide, "Managing delete markers").
    """
    for name, found in groupby(_versions(cloud, prefix, after), key=itemgetter("Key")):
        rows = list(found)
        versions = [row for row in reversed(rows) if not row["hides"]]
        if versions and name != after:
            first = min(versions, key=itemgetter("LastModified"))
            yield Object(name, first["VersionId"], first["LastModified"], len(versions) < len(rows))


def _versions(cloud: Cloud, prefix: str, after: str) -> Iterator[dict[str, Any]]:
    wanted = {"Bucket": cloud.outputs["ReportBucketName"], "Prefix": prefix}
    if after:
        wanted["KeyMarker"] = after
    with trying(f"listing {prefix} of the report bucket"):
        for page in cloud.client("s3").get_paginator("list_object_versions").paginate(**wanted):
            versions = ({**each, "hides": False} for each in page.get("Versions", []))
            markers = ({**each, "hides": True} for each in page.get("DeleteMarkers", []))
            yield from merge(versions, markers, key=itemgetter("Key"))


def _signature(cloud: Cloud, at: Object) -> str:
    bucket = cloud.outputs["ReportBucketName"]
    with trying(f"reading s3://{bucket}/{at.key}"):
        body = cloud.client("s3").get_object(Bucket=bucket, Key=at.key, VersionId=at.version)["Body"].read()
    document: object = None
    with suppress(ValueError, RecursionError):
        document = json.loads(body)
    found = document.get(SIGNATURE) if isinstance(document, Mapping) else None
    return found if isinstance(found, str) else ""
