"""`landfall show --commit`: does the release that was proven last contain a commit, and since which deployment?

The builds of the images list the commits (landfall.images.commit_details). The verb reads the last proven deployments,
and the manifests of their images in one call to ECR.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import islice
from typing import Any

from cli.cloud import Cloud
from cli.command import At
from cli.exits import Refused
from landfall import commit
from landfall.aws.image_manifest import MANIFEST_TYPES
from landfall.aws.trying import trying
from landfall.chain import Record
from landfall.images import commit_details
from landfall.images.commit_details import Contains, Told
from landfall.settings import Service

LOOKED_BACK = 50
"""How many proven deployments are read. BatchGetImage takes 100 images (Amazon ECR API reference)."""
_WORDS = {
    "yes": "yes, its build says so",
    "no": "no, its build lists all commits that it contains",
    "unknown": "not known: its build does not list it, but its list is not complete",
}


def tell(at: At, service: Service, wanted: str) -> int:
    """Say whether the release that was proven last contains a commit, and since which deployment."""
    if not commit.NAMED.fullmatch(wanted):
        raise Refused(
            "BAD_COMMIT", f"--commit {wanted!r} is not a commit; give 7 to 40 of its hex digits, in lower case"
        )
    proven = list(islice(at.cloud.ledger.proven(service.name), LOOKED_BACK))
    if not proven:
        raise Refused("NOTHING_PROVEN", f"nothing was ever proven live on {service.name}; see `landfall history`")
    said = _said(at.cloud, service, proven)
    answer = within(said, wanted)
    since = proven[brought(said, wanted)] if answer == "yes" else None
    at.out.say(f"{service.name}, commit {wanted}", "bold")
    at.out.say(f"  {'proven last':<16}{_named(proven[0])}")
    at.out.say(f"  {'contains it':<16}{_WORDS[answer]}")
    if since:
        at.out.say(f"  {'since':<16}{_named(since)}")
    at.out.document(
        {
            "service": service.name,
            "commit": wanted,
            "contained": answer,
            "proven_last": _document(proven[0]),
            "since": _document(since) if since else None,
        }
    )
    return 0


def within(said: Sequence[Told], wanted: str) -> Contains:
    """Say whether the first release contains a commit. A release contains the commits of each earlier release in it."""
    inside: list[Told] = []
    for each in said:
        if each is said[0] or any(each.sha == later.sha or each.sha in later.ancestors for later in inside):
            inside.append(each)
    if any(each.contains(wanted) == "yes" for each in inside):
        return "yes"
    return said[0].contains(wanted)


def brought(said: Sequence[Told], wanted: str) -> int:
    """Return the index of the release that brought a commit: this release and all newer ones contain it."""
    last = 0
    while last + 1 < len(said) and within(said[last + 1 :], wanted) == "yes":
        last += 1
    return last


def _said(cloud: Cloud, service: Service, records: Sequence[Record]) -> list[Told]:
    """Return the commits that each record's image lists; nothing for an image that is gone from ECR."""
    digests = dict.fromkeys(str(record["image_digest"]) for record in records)
    with trying(f"reading the manifests of {service.repository}"):
        reply = cloud.client("ecr").batch_get_image(
            repositoryName=service.repository,
            imageIds=[{"imageDigest": digest} for digest in digests],
            acceptedMediaTypes=list(MANIFEST_TYPES),
        )
    manifests = {i["imageId"]["imageDigest"]: json.loads(i["imageManifest"]) for i in reply.get("images", [])}
    return [commit_details.read(manifests.get(str(r["image_digest"]), {}), str(r["git_sha"])) for r in records]


def _named(record: Record) -> str:
    return f"{record['deployment_id']}, commit {str(record['git_sha'])[:12]}, at {record.get('ended_at', 'UNKNOWN')}"


def _document(record: Record) -> dict[str, Any]:
    return {name: record.get(name) for name in ("deployment_id", "git_sha", "image_digest", "ended_at")}
