"""Reads everything that says which images of a service's repository are needed. If one call fails, all of it fails."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, islice

from cli.cloud import Cloud
from landfall.aws.dynamodb.ledger import Ledger
from landfall.aws.image_care.account import AccountReader
from landfall.aws.image_care.registry import Registry
from landfall.chain import Record
from landfall.images import removable
from landfall.images.removable import Repository, Row
from landfall.images.stored import Listed
from landfall.ledger import image_uses, needed_images
from landfall.ledger.image_uses import Account, Definition, Known
from landfall.reconcile.call_rate import Pace
from landfall.settings import Service

SIDE_BY_SIDE = 8
"""Threads that ask the index of images. Each has a table of its own: boto3's are not safe to share (boto3 guide)."""
NEWEST = 20
"""The newest records are read consistently: one that was opened this moment may not be in the index yet."""


@dataclass(frozen=True)
class World:
    """What was read, and which images are needed. `obsolete` are Landfall's own revisions that nobody needs."""

    repository: Repository
    rows: tuple[Row, ...]
    obsolete: tuple[Definition, ...]
    known: Known


def read(cloud: Cloud, service: Service, keep: int, days: int) -> World:
    """Read everything: first the images, then who uses them, so that the list of uses is newer than each image.

    Raises AwsCallFailed if anything can't be read.
    """
    registry = Registry(cloud.client("ecr"), service.repository)
    images = tuple(cloud.ecr(service).images())
    repository = Repository(images, registry.parts(images))
    records = (*_open(cloud.ledger, service.name), *_proven(cloud.ledger, service.name, keep))
    also = {arn for record in records for arn in image_uses.registered_by(record) if arn}
    account = AccountReader(cloud.client("ecs"), _pace(cloud)).read(service.cluster, service.service, also)
    known = Known(
        tuple(_open(cloud.ledger, service.name)),  # read again: a deployment that began meanwhile may use any image
        tuple(_proven(cloud.ledger, service.name, keep)),
        _named(cloud.ledger, service.name, account),
    )
    uses = image_uses.uses(account, known, images, registry.uri())
    deployed = _deployed(cloud, service.name, images)
    rows = removable.judge(repository, uses, deployed, service.tags, removable.days_before(datetime.now(UTC), days))
    return World(repository, rows, image_uses.obsolete(account, known), known)


def under_way(cloud: Cloud, service: Service) -> set[str]:
    """Return the images of the deployments that are open now."""
    return {str(record.get("image_digest")) for record in _open(cloud.ledger, service.name)}


def _open(ledger: Ledger, service: str) -> list[Record]:
    newest = islice(ledger.newest_first(service, NEWEST), NEWEST)
    found = {str(r["deployment_id"]): r for r in chain(ledger.unfinished(service), newest) if "outcome" not in r}
    return list(found.values())


def _proven(ledger: Ledger, service: str, keep: int) -> list[Record]:
    return [dict(record) for record in needed_images.kept(ledger.proven(service), keep)]


def _named(ledger: Ledger, service: str, account: Account) -> dict[str, Record]:
    ids = sorted({d.deployment for d in account.definitions.values() if d.deployment})
    return {str(record["deployment_id"]): record for record in ledger.records(service, ids)}


def _deployed(cloud: Cloud, service: str, images: Sequence[Listed]) -> dict[str, tuple[str, ...]]:
    """Return the deployments of each image that has a tag, or had one."""
    digests = [image.digest for image in images if not image.artifact]
    parts = [part for start in range(SIDE_BY_SIDE) if (part := digests[start::SIDE_BY_SIDE])]

    def of(ledger: Ledger, part: Sequence[str]) -> list[tuple[str, tuple[str, ...]]]:
        return [(d, tuple(str(r["deployment_id"]) for r in ledger.of_image(service, d))) for d in part]

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        found = pool.map(of, [cloud.another_ledger() for _ in parts], parts)
        return {digest: ids for each in found for digest, ids in each if ids}


def _pace(cloud: Cloud) -> Callable[[int], None]:
    """Ask ECS no faster than the reconciler does: deployments need the same quotas (reconcile/call_rate.py)."""
    pace = Pace()

    def wait(calls: int) -> None:
        if not cloud.local:  # the local AWS has no quotas
            time.sleep(pace.take(calls, time.monotonic()))

    return wait
