"""The ledger's records of a service, and which of them a person means."""

from __future__ import annotations

from itertools import islice

from cli.cloud import Cloud
from cli.exits import Refused
from landfall import commit
from landfall.aws.ledger import Record
from landfall.model import PROVEN
from landfall.settings import Service

SEARCHED = 200
"""Records of a service that are looked through, newest first."""


def newest(cloud: Cloud, service: Service) -> list[Record]:
    """Return a service's last records, newest first."""
    return list(islice(cloud.ledger.newest_first(service.name), SEARCHED))


def named(cloud: Cloud, wanted: str, service: str | None) -> Record:
    """Return the newest record that is meant, of one service or of all; without a name the newest. Raises Refused."""
    names = [service] if service or not wanted else [s.name for s in cloud.settings.services]
    for name in names:
        for record in newest(cloud, cloud.service(name)):
            if not wanted or is_named(record, wanted):
                return record
    what = repr(wanted) if wanted else f"of {cloud.service(service).name}"
    raise Refused("NO_DEPLOYMENT", f"the ledger knows no deployment {what}; see `landfall history`")


def proven(found: list[Record]) -> list[Record]:
    """Return the records of releases that were proven live."""
    return [r for r in found if r.get("outcome") in PROVEN]


def is_named(record: Record, wanted: str) -> bool:
    """Say whether `wanted` is the record's deployment id, digest, execution (name or ARN) or commit (7 digits do)."""
    arn = str(record["execution_arn"])
    names = (record["deployment_id"], record["image_digest"], arn, arn.rpartition(":")[2])
    return wanted in names or commit.same(str(record["git_sha"]), wanted)
