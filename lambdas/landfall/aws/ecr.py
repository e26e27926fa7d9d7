"""Amazon ECR."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from landfall.errors import trying
from landfall.request import moment

INDEX_TYPES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)


@dataclass(frozen=True)
class Image:
    """An image in a repository. `accepted` is its digest and, for an index, its platforms' digests.

    `pushed_at` is in whole seconds, as events tell time.
    """

    uri: str
    digest: str
    accepted: tuple[str, ...]
    tags: tuple[str, ...]
    pushed_at: str


@dataclass(frozen=True)
class Listed:
    """An image as a repository's list has it. `pushed_at` is in whole seconds, as events tell time."""

    digest: str
    tags: tuple[str, ...]
    pushed_at: str


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
        digest = str(detail["imageDigest"])
        return Image(
            uri=f"{described['repositories'][0]['repositoryUri']}@{digest}",
            digest=digest,
            accepted=(digest, *self._platforms(digest)),
            tags=tuple(detail.get("imageTags", [])),
            pushed_at=moment(detail["imagePushedAt"]),
        )

    def images(self) -> Iterator[Listed]:
        """Return every image, page by page, in no order. Raises AwsCallFailed where there is no such repository."""
        with trying(f"listing the images in repository {self._repository!r}"):
            pages = self._client.get_paginator("describe_images").paginate(
                repositoryName=self._repository, PaginationConfig={"PageSize": 1000}
            )
            for page in pages:
                for detail in page["imageDetails"]:
                    tags = tuple(detail.get("imageTags", []))
                    yield Listed(str(detail["imageDigest"]), tags, moment(detail["imagePushedAt"]))

    def _detail(self, identifier: dict[str, str]) -> dict[str, Any] | None:
        with trying(f"looking for {identifier} in repository {self._repository!r}"):
            try:
                reply = self._client.describe_images(repositoryName=self._repository, imageIds=[identifier])
            except (
                self._client.exceptions.ImageNotFoundException,
                self._client.exceptions.RepositoryNotFoundException,
            ):
                return None
        return next(iter(reply.get("imageDetails", [])), None)

    def _platforms(self, digest: str) -> tuple[str, ...]:
        """Return the digests of an index's manifests: a task may report its platform's digest for its image."""
        with trying(f"reading the manifest of {digest}"):
            reply = self._client.batch_get_image(
                repositoryName=self._repository,
                imageIds=[{"imageDigest": digest}],
                acceptedMediaTypes=[*INDEX_TYPES, "application/vnd.oci.image.manifest.v1+json"],
            )
        manifests = [i["imageManifest"] for i in reply.get("images", []) if i.get("imageManifest")]
        return tuple(m["digest"] for text in manifests for m in json.loads(text).get("manifests", []))

    def platforms(self, digest: str) -> tuple[str, ...]:
        """Return the platforms of an index, `os/architecture` each, "" where one is not named; none for other images.

        Attestations name unknown/unknown.
        """
        with trying(f"reading the manifest of {digest}"):
            reply = self._client.batch_get_image(
                repositoryName=self._repository,
                imageIds=[{"imageDigest": digest}],
                acceptedMediaTypes=[*INDEX_TYPES, "application/vnd.oci.image.manifest.v1+json"],
            )
        texts = [i["imageManifest"] for i in reply.get("images", []) if i.get("imageManifest")]
        named = (m.get("platform") or {} for text in texts for m in json.loads(text).get("manifests", []))
        return tuple(f"{p['os']}/{p['architecture']}" if p.get("os") and p.get("architecture") else "" for p in named)
