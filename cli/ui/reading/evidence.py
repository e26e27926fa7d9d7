"""Reads the newest records of a service's chain, its HEAD, and the anchors of those records in the report bucket."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from cli.cloud import Cloud
from cli.exits import Refused
from cli.ui.environments import FAILURES, Environment
from cli.ui.reads import MOST
from landfall import chain
from landfall.aws.trying import trying
from landfall.chain import Anchor, Head, Record
from landfall.chain.signature import PublicKey
from landfall.partitions import CHAINS

LINKS = 29
"""Newest records of a service that are read."""
EACH = LINKS + 3
"""Items for each service: HEAD before and after, and the record that HEAD names."""


@dataclass(frozen=True)
class Chain:
    """The newest part of one chain, by the ids of its records, and the record that HEAD names.

    `begun`: Landfall signs its records. `whole`: these are all its records. `unread` says why the chain was not read.
    """

    environment: str
    service: str
    records: tuple[Record, ...] = ()
    head: Head | None = None
    anchors: tuple[Anchor, ...] = ()
    keys: tuple[PublicKey, ...] = ()
    begun: bool = False
    whole: bool = False
    unread: str = ""


def services_of_a_page(environments: int) -> int:
    """Return how many services a page shows."""
    return max(1, MOST // environments // EACH)


def chains(environment: Environment, names: Sequence[str], share: int) -> list[Chain]:
    """Read the chains of some services, with `share` items."""
    known = {each.name for each in environment.cloud.settings.services}
    found = []
    with environment.page(share) as cloud:
        for name in names:
            if name in known:
                try:
                    found.append(_chain(environment.name, cloud, name))
                except FAILURES as error:
                    found.append(Chain(environment.name, name, unread=str(error)))
    return found


def _chain(environment: str, cloud: Cloud, service: str) -> Chain:
    head = cloud.ledger.head(service)
    newest = list(islice(cloud.ledger.newest_first(service, LINKS), LINKS))
    named = cloud.ledger.record(service, head.deployment_id) if head else None
    if named and named not in newest:
        newest.append(named)  # its id is older than others: ids follow the starts, numbers follow the ends
    placed = [number for record in newest if (number := chain.number(record))]
    anchors = _anchors(cloud, service, min(placed)) if placed else ()
    if cloud.ledger.head(service) != head:
        raise Refused("BUSY", "a deployment ended while its chain was read; read it again")
    signing = cloud.signing
    whole = len(newest) < LINKS
    return Chain(environment, service, tuple(newest), head, anchors, signing.keys, signing.begun(service), whole)


def _anchors(cloud: Cloud, service: str, first: int) -> tuple[Anchor, ...]:
    """Return the anchors from a number on. Their keys begin with the number, so listing the keys is enough."""
    with trying(f"listing the anchors of {service}"):
        reply = cloud.client("s3").list_objects_v2(
            Bucket=cloud.outputs["ReportBucketName"],
            Prefix=f"{service}/{CHAINS}/",
            StartAfter=f"{service}/{CHAINS}/{first - 1:010d}.",
            MaxKeys=10 * LINKS,
        )
    found = (chain.anchor_at(each["Key"]) for each in reply.get("Contents", []))
    return tuple(anchor for anchor in found if anchor)
