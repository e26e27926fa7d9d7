"""Amazon ECR: the calls for clearing a repository, beside the list of its images.

Sources: Amazon ECR API reference, BatchGetImage and BatchDeleteImage (100 images at most; both answer 200 with
`failures`), GetLifecyclePolicy.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from landfall.aws.image_manifest import INDEX_TYPES
from landfall.aws.trying import UNREADABLE, trying
from landfall.errors import AwsCallFailed
from landfall.images.stored import Listed

MOST = 100
"""Images in one call."""
ABSENT = "ImageNotFound"


class Registry:
    """One repository."""

    def __init__(self, client: Any, repository: str) -> None:
        self._client = client
        self._repository = repository

    def uri(self) -> str:
        """Return the repository's name with its registry."""
        with trying(f"reading repository {self._repository!r}"):
            found = self._client.describe_repositories(repositoryNames=[self._repository])["repositories"]
            return str(found[0]["repositoryUri"])

    def parts(self, images: Iterable[Listed]) -> dict[str, tuple[str, ...]]:
        """Return the digests that each index names. Raises AwsCallFailed if one can't be read."""
        indexes = [image.digest for image in images if image.index]
        found: dict[str, tuple[str, ...]] = {}
        for at in range(0, len(indexes), MOST):
            found |= self._parts(indexes[at : at + MOST])
        return found

    def _parts(self, digests: Sequence[str]) -> dict[str, tuple[str, ...]]:
        what = f"reading {len(digests)} indexes in repository {self._repository!r}"
        with trying(what):
            reply = self._client.batch_get_image(
                repositoryName=self._repository,
                imageIds=[{"imageDigest": digest} for digest in digests],
                acceptedMediaTypes=list(INDEX_TYPES),
            )
            for failure in reply.get("failures", []):
                code = str(failure.get("failureCode", UNREADABLE))
                if code != ABSENT:  # an index that was deleted meanwhile names no images
                    raise AwsCallFailed(code, f"{what}: {code}: {failure.get('failureReason', '')}")
            found = {str(i["imageId"]["imageDigest"]): json.loads(i["imageManifest"]) for i in reply.get("images", [])}
            told = {d: tuple(str(each["digest"]) for each in m.get("manifests", [])) for d, m in found.items()}
        gone = {str(f.get("imageId", {}).get("imageDigest")) for f in reply.get("failures", [])}
        if left := set(digests) - told.keys() - gone:
            raise AwsCallFailed(UNREADABLE, f"{what}: ECR named neither {sorted(left)[0]} nor why not")
        return told

    def delete(self, digests: Sequence[str]) -> Mapping[str, str]:
        """Delete images with all their tags, MOST at once. Return the code for each image that ECR did not delete.

        An image that no longer exists counts as deleted.
        """
        with trying(f"deleting {len(digests)} images in repository {self._repository!r}"):
            reply = self._client.batch_delete_image(
                repositoryName=self._repository, imageIds=[{"imageDigest": digest} for digest in digests]
            )
            failed = {str(f["imageId"]["imageDigest"]): str(f["failureCode"]) for f in reply.get("failures", [])}
        return {digest: code for digest, code in failed.items() if code != ABSENT}

    def lifecycle_policy(self) -> str | None:
        """Return the repository's lifecycle policy as JSON; empty if it has none, None if there is no repository."""
        with trying(f"reading the lifecycle policy of repository {self._repository!r}"):
            try:
                return str(self._client.get_lifecycle_policy(repositoryName=self._repository)["lifecyclePolicyText"])
            except self._client.exceptions.LifecyclePolicyNotFoundException:
                return ""
            except self._client.exceptions.RepositoryNotFoundException:
                return None
