"""Reads what `landfall diff` compares: two deployments of a service, and what AWS still has of them.

It reads two revisions, two reports, and both images' manifests in one call. If an image is an index, a second call
reads the platforms' manifests. The chain says which release came before another.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from cli import live_release, reports
from cli.cloud import Cloud
from cli.exits import Refused
from landfall.aws.dynamodb.ledger_chain import WALKED
from landfall.aws.image_manifest import INDEX_TYPES, MANIFEST_TYPES, platforms
from landfall.aws.trying import trying
from landfall.chain import Record
from landfall.change.revision_difference import Revision
from landfall.errors import AwsCallFailed
from landfall.images import commit_details
from landfall.images.commit_details import NOTHING
from landfall.images.stored import Manifest
from landfall.ledger import service_standing
from landfall.ledger.deployment_difference import Known
from landfall.settings import Service

ARCHITECTURES = {None: "amd64", "X86_64": "amd64", "ARM64": "arm64"}
"""What ECS calls an architecture, and what an image index calls it (OCI image specification: Go's names)."""


def live(cloud: Cloud, service: Service) -> Record:
    """Return the record of the release that a service runs. Raises Refused if it is not known as proven."""
    record = live_release.look(cloud, service).release
    if record is None:
        what = f"the release that {service.name} runs was never proven, so there is no deployment to compare"
        way_out = f"name two deployments: `landfall history --service {service.name}` lists them"
        raise Refused("NOT_PROVEN", f"{what}; {way_out}")
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
    """Read what is known of two deployments: two revisions, two reports, and the manifests of both images."""
    found = manifests(cloud, service, [str(each.get("image_digest")) for each in (before, after)])
    sides = [_Side(cloud, service, record, found.get(str(record.get("image_digest")))) for record in (before, after)]
    of_platforms = manifests(cloud, service, filter(None, (side.platform for side in sides)))
    one, other = (side.known(of_platforms) for side in sides)
    return one, other


class _Side:
    """One of the two deployments, as it is read."""

    def __init__(self, cloud: Cloud, service: Service, record: Record, manifest: Manifest | None) -> None:
        self._record, self._manifest = record, manifest
        self._revision = _revision(cloud, service, str(record.get("task_definition") or ""))
        self._report = reports.document(cloud, record)
        self.platform = platform_of(manifest, self._revision, self._report) if manifest else ""

    def known(self, of_platforms: Mapping[str, Manifest]) -> Known:
        """Return what is known. The index holds the build's annotations, the platform's manifest the layers."""
        said = commit_details.read(self._manifest, str(self._record.get("git_sha"))) if self._manifest else NOTHING
        manifest = of_platforms.get(self.platform) if self.platform else self._manifest
        return Known(self._record, said, manifest, self._revision, self._report)


def platform_of(manifest: Manifest, revision: Revision | None, report: Mapping[str, Any] | None) -> str:
    """Return the digest of the platform's manifest that the tasks ran; empty without an index, or if unknown.

    A task reported it. Without a report it is the one of the revision's `runtimePlatform` (ECS API reference:
    X86_64 on Linux where it has none), or the only one.
    """
    listed = {str(each.get("digest")): each.get("platform") or {} for each in platforms(manifest)}
    told = (report or {}).get("provenance") or {}
    ran = [str(d) for task in told.get("tasks") or () for d in (task.get("digests") or {}).values()]
    if reported := next((digest for digest in ran if digest in listed), ""):
        return reported
    said = (revision[0].get("runtimePlatform") or {}).get("cpuArchitecture") if revision else "not known"
    fitting = [digest for digest, known in listed.items() if known.get("architecture") == ARCHITECTURES.get(said, said)]
    return next(iter(listed), "") if len(listed) == 1 else fitting[0] if len(fitting) == 1 else ""


def manifests(cloud: Cloud, service: Service, digests: Iterable[str]) -> dict[str, Any]:
    """Return the manifests of a repository's images that ECR still has, by their digests."""
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
