"""Reads what `landfall diff` compares: two deployments of a service, and what AWS still has of them.

Two revisions, two reports, and both images' manifests in one call. A release before another is found by the chain.
"""

from __future__ import annotations

import json
from itertools import islice
from typing import Any

from cli import live_release, reports
from cli.cloud import Cloud
from cli.exits import Refused
from landfall.aws.image_manifest import INDEX_TYPES, MANIFEST_TYPES
from landfall.aws.ledger_chain import WALKED
from landfall.aws.trying import trying
from landfall.chain import Record
from landfall.change.difference import Revision
from landfall.errors import AwsCallFailed
from landfall.images import commit_details
from landfall.images.commit_details import NOTHING
from landfall.ledger import service_standing
from landfall.ledger.deployment_difference import Known
from landfall.settings import Service


def live(cloud: Cloud, service: Service) -> Record:
    """Return the record of the release that a service runs. Raises Refused if it is not known as proven."""
    record = live_release.look(cloud, service).release
    if record is None:
        what = f"what {service.name} runs was never proven, so there is no deployment to compare"
        raise Refused("NOT_PROVEN", f"{what}; name two: `landfall history --service {service.name}` lists them")
    return record


def proven_before(cloud: Cloud, record: Record) -> Record:
    """Return the last release of another image that was proven before a deployment ended. Raises Refused.

    It reads the proven releases by their links, at most WALKED of them.
    """
    service, digest = str(record["service"]), record.get("image_digest")
    found = islice(cloud.ledger.proven(service), WALKED)
    earlier = (
        r for r in found if "outcome" not in record or service_standing.place(r) < service_standing.place(record)
    )
    other = next((r for r in earlier if r.get("image_digest") != digest), None)
    if other is None:
        what = f"no release of {service} with another image was proven before {record['deployment_id']}"
        raise Refused("NOTHING_BEFORE", f"{what}; name two deployments to compare")
    return other


def read(cloud: Cloud, service: Service, before: Record, after: Record) -> tuple[Known, Known]:
    """Read what is known of two deployments: two revisions, two reports, and both manifests in one call."""
    manifests = _manifests(cloud, service, [str(before.get("image_digest")), str(after.get("image_digest"))])

    def one(record: Record) -> Known:
        manifest = manifests.get(str(record.get("image_digest")))
        said = commit_details.read(manifest, str(record.get("git_sha"))) if manifest else NOTHING
        revision = _revision(cloud, service, str(record.get("task_definition") or ""))
        return Known(record, said, manifest, revision, reports.document(cloud, record))

    return one(before), one(after)


def _manifests(cloud: Cloud, service: Service, digests: list[str]) -> dict[str, Any]:
    named = [each for each in dict.fromkeys(digests) if each.startswith("sha256:")]
    if not named:
        return {}
    with trying(f"reading the manifests of {service.repository}"):
        reply = cloud.client("ecr").batch_get_image(
            repositoryName=service.repository,
            imageIds=[{"imageDigest": digest} for digest in named],
            acceptedMediaTypes=[*INDEX_TYPES, *MANIFEST_TYPES],
        )
        return {i["imageId"]["imageDigest"]: json.loads(i["imageManifest"]) for i in reply.get("images", [])}


def _revision(cloud: Cloud, service: Service, arn: str) -> Revision | None:
    """Return a revision; None if the deployment registered none, or it was deleted (ClientException)."""
    try:
        return cloud.ecs(service).task_definition(arn) if arn else None
    except AwsCallFailed as error:
        if error.code in ("ClientException", "InvalidParameterException"):
            return None
        raise
