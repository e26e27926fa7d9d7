"""Finds the records that an audit of revisions needs: by the revisions, by ECR's images, and the last proven ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, islice

from cli.cloud import Cloud
from landfall import commit
from landfall.aws.dynamodb.ledger import Ledger
from landfall.aws.dynamodb.ledger_chain import WALKED
from landfall.chain import Record
from landfall.change.task_definition import TAG_DEPLOYMENT
from landfall.images.stored import Listed
from landfall.ledger import service_standing
from landfall.ledger.revisions import KEPT, Revision
from landfall.ledger.service_standing import SEARCHED

SIDE_BY_SIDE = 8
"""Threads that ask the index of commits. Each has a table of its own: boto3's are not safe to share (boto3 guide)."""


def of(cloud: Cloud, service: str, revisions: Sequence[Revision], images: Sequence[Listed]) -> list[Record]:
    """Return the records of these revisions and of the images in ECR, newest first by the chain.

    The number of records read depends on the number of revisions and tags, not on the length of the ledger.
    """
    found = [
        *_of_revisions(cloud.ledger, service, revisions),
        *_of_tags(cloud, service, images),
        *_proven(cloud.ledger, service),
    ]
    return service_standing.newest_first({str(record["deployment_id"]): record for record in found}.values())


def last_revision(ledger: Ledger, service: str) -> str:
    """Return the newest revision that the ledger has, for a service that ECS does not know."""
    of_chain = (last(service) for last in (ledger.last_change, ledger.last_proven))
    newest = islice(ledger.newest_first(service, page=KEPT), SEARCHED)
    named = (str(record.get("task_definition") or "") for record in chain(filter(None, of_chain), newest))
    return next(filter(None, named), "")


def _of_revisions(ledger: Ledger, service: str, revisions: Sequence[Revision]) -> Iterator[Record]:
    """Yield the records that the revisions' tags name. For a revision without tags, yield the records of its image."""
    tagged = {revision.arn: revision.tags.get(TAG_DEPLOYMENT, "") for revision in revisions}
    named = {str(r["deployment_id"]): r for r in ledger.records(service, filter(None, tagged.values()))}
    yield from named.values()
    others = (r for r in revisions if named.get(tagged[r.arn], {}).get("task_definition") != r.arn)
    for digest in dict.fromkeys(filter(None, (revision.digest for revision in others))):
        yield from ledger.of_image(service, digest)


def _of_tags(cloud: Cloud, service: str, images: Sequence[Listed]) -> Iterator[Record]:
    """Yield the records of the commits that are tags in ECR: they show whether a tag was moved."""
    tags = sorted({tag for image in images for tag in image.tags if commit.NAMED.fullmatch(tag)})
    parts = [part for start in range(SIDE_BY_SIDE) if (part := tags[start::SIDE_BY_SIDE])]
    ledgers = [cloud.another_ledger() for _ in parts]
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for found in pool.map(lambda at, part: at.of_commits(service, part), ledgers, parts):
            yield from found


def _proven(ledger: Ledger, service: str) -> Iterator[Record]:
    """Yield the last proven releases, until they have as many images as a rollback may need."""
    digests: set[str] = set()
    for record in islice(ledger.proven(service), WALKED):
        yield record
        digests.add(str(record["image_digest"]))
        if len(digests) == KEPT:
            return
