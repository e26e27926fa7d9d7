"""Amazon ECR."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from landfall.aws import image_manifest
from landfall.aws.image_manifest import CONFIG_TYPES, INDEX_TYPES, MANIFEST_TYPES
from landfall.aws.trying import trying
from landfall.images.stored import Image, Listed, Manifest
from landfall.intake.request import moment
from landfall.preflight_checks.scan import Scan


class Ecr:
    """One repository."""

    def __init__(self, client: Any, repository: str) -> None:
        self._client = client
        self._repository = repository

    def image(self, identifier: dict[str, str]) -> Image | None:
        """Return the image of `{"imageTag": …}` or `{"imageDigest": …}`, or None where there is none."""
        detail = self._detail(identifier)
        if detail is None:
            return None
        with trying(f"reading repository {self._repository!r}"):
            described = self._client.describe_repositories(repositoryNames=[self._repository])
            uri = str(described["repositories"][0]["repositoryUri"])
        manifest = self._manifest(detail.digest)
        with trying(f"reading the manifest of {detail.digest}"):
            # a task may report its platform's digest for its image
            accepted = (detail.digest, *(str(each["digest"]) for each in image_manifest.platforms(manifest)))
        return Image(f"{uri}@{detail.digest}", detail.digest, accepted, detail.tags, detail.pushed_at, manifest)

    def images(self) -> Iterator[Listed]:
        """Return every image, page by page, in no order. Raises AwsCallFailed where there is no such repository."""
        with trying(f"listing the images in repository {self._repository!r}"):
            pages = self._client.get_paginator("describe_images").paginate(
                repositoryName=self._repository, PaginationConfig={"PageSize": 1000}
            )
            for page in pages:
                yield from map(_listed, page.get("imageDetails", []))

    def label(self, image: Image, name: str) -> str:
        """Return the value of an image's annotation or label; empty if it has none of that name.

        Raises InvalidRequest where its configuration is too large to be one.
        """
        return image_manifest.label(self._client, self._repository, image.manifest, name)

    def scan(self, digest: str) -> Scan:
        """Return the scan's findings, from its first page: ECR counts all, or this counts the first hundred."""
        with trying(f"reading the scan of {digest} in repository {self._repository!r}"):
            try:
                reply = self._client.describe_image_scan_findings(
                    repositoryName=self._repository, imageId={"imageDigest": digest}, maxResults=100
                )
            except self._client.exceptions.ScanNotFoundException:
                return Scan(digest)
        said, found = reply.get("imageScanStatus", {}), reply.get("imageScanFindings", {})
        findings = [*found.get("findings", []), *found.get("enhancedFindings", [])]
        counts = found.get("findingSeverityCounts") or Counter(str(each.get("severity")) for each in findings)
        told = bool(counts) or "imageScanCompletedAt" in found
        return Scan(digest, str(said.get("status", "")), str(said.get("description", "")), dict(counts), told)

    def platforms(self, digest: str) -> tuple[str, ...]:
        """Return an index's platforms as `os/architecture`, "" for one that is not named; none for other images."""
        named = (each.get("platform") or {} for each in image_manifest.platforms(self._manifest(digest)))
        return tuple(f"{p['os']}/{p['architecture']}" if p.get("os") and p.get("architecture") else "" for p in named)

    def _detail(self, identifier: dict[str, str]) -> Listed | None:
        with trying(f"looking for {identifier} in repository {self._repository!r}"):
            try:
                reply = self._client.describe_images(repositoryName=self._repository, imageIds=[identifier])
            except (
                self._client.exceptions.ImageNotFoundException,
                self._client.exceptions.RepositoryNotFoundException,
            ):
                return None
            return next(map(_listed, reply.get("imageDetails", [])), None)

    def _manifest(self, digest: str) -> Manifest:
        """Return the image's manifest; an empty one if the image is gone meanwhile."""
        found = image_manifest.found(self._client, self._repository, {"imageDigest": digest})
        return found[1] if found else {}


def _listed(detail: Mapping[str, Any]) -> Listed:
    """Read an image of the list. ECR says the types of its manifest and its artifact (ImageDetail)."""
    manifest, artifact = detail.get("imageManifestMediaType"), detail.get("artifactMediaType")
    known = manifest in (None, *INDEX_TYPES, *MANIFEST_TYPES) and artifact in (None, *CONFIG_TYPES)
    tags = tuple(detail.get("imageTags", []))
    there = detail.get("imageStatus", "ACTIVE") == "ACTIVE"  # ARCHIVED; or ACTIVATING, when it can't be pulled yet
    archived = None if there else detail.get("lastArchivedAt")
    restored = detail.get("lastActivatedAt") if there else None
    return Listed(
        str(detail["imageDigest"]),
        tags,
        moment(detail["imagePushedAt"]),
        artifact=not known,
        index=manifest in INDEX_TYPES,
        subject=str(detail.get("subjectManifestDigest") or ""),
        pulled_at=moment(at) if (at := detail.get("lastRecordedPullTime")) else "",
        archived_at=moment(archived) if archived else "",
        restored_at=moment(restored) if restored else "",
    )
