"""Reads an image's manifest and configuration from ECR, and believes neither without its digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from landfall.aws.ecr import INDEX_TYPES
from landfall.errors import AwsCallFailed, InvalidRequest, trying
from landfall.request import moment

MANIFEST_TYPES = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
CONFIG_LIMIT = 1 << 20
"""Bytes of a configuration that are read. Real ones have a few kilobytes."""
TIMEOUT_SECONDS = 15


@dataclass(frozen=True)
class Pushed:
    """An image that was pushed, and when, in whole seconds."""

    digest: str
    at: str


@dataclass(frozen=True)
class SourceImage:
    """An image as ECR has it. `digest` is of what was asked for, be it an index; `document` is its configuration."""

    digest: str
    platform: str
    document: Mapping[str, Any]


def pushed(client: Any, repository: str, tag: str) -> Pushed | None:
    """Return what a tag names, by DescribeImages alone; None where there is no such tag. Raises AwsCallFailed."""
    try:
        with trying(f"looking for {repository}:{tag}"):
            reply = client.describe_images(repositoryName=repository, imageIds=[{"imageTag": tag}])
    except AwsCallFailed as error:
        if error.code == "ImageNotFoundException":
            return None
        raise
    detail = reply["imageDetails"][0]
    return Pushed(str(detail["imageDigest"]), moment(detail["imagePushedAt"]))


def read(client: Any, repository: str, identifier: Mapping[str, str], platform: str) -> SourceImage:
    """Read the image of `{"imageTag": …}` or `{"imageDigest": …}`; of an index, the image for this platform.

    Raises InvalidRequest where there is no such image, or not for this platform, AwsCallFailed where ECR refuses.
    """
    digest, manifest = _manifest(client, repository, identifier)
    told = ""
    if "manifests" in manifest:
        chosen = _for_platform(manifest["manifests"], platform, digest)
        told = platform
        _, manifest = _manifest(client, repository, {"imageDigest": chosen})
    document = _config(client, repository, manifest)
    return SourceImage(digest, told or _platform(document), document)


def _manifest(client: Any, repository: str, identifier: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """A manifest with its digest (Amazon ECR API reference, BatchGetImage)."""
    what = f"{repository}, {' '.join(identifier.values())}"
    with trying(f"reading the manifest of {what}"):
        reply = client.batch_get_image(
            repositoryName=repository,
            imageIds=[dict(identifier)],
            acceptedMediaTypes=[*INDEX_TYPES, *MANIFEST_TYPES],
        )
    if not reply.get("images"):
        why = (reply.get("failures") or [{}])[0].get("failureReason", "Requested image not found")
        raise InvalidRequest("NO_SUCH_IMAGE", f"{what}: {why}; push it, or ask for one that `landfall status` names")
    image = reply["images"][0]
    return str(image["imageId"]["imageDigest"]), dict(json.loads(image["imageManifest"]))


def _for_platform(manifests: list[dict[str, Any]], platform: str, digest: str) -> str:
    """The digest of an index's image for a platform. Attestations are in an index too, for `unknown/unknown`."""
    found = {_platform(each.get("platform") or {}): str(each["digest"]) for each in manifests}
    if platform not in found:
        there = ", ".join(sorted(name for name in found if "unknown" not in name)) or "none"
        raise InvalidRequest("NO_SUCH_PLATFORM", f"{digest} has no image for {platform}, only for: {there}")
    return found[platform]


def _platform(said: Mapping[str, Any]) -> str:
    """`os/architecture`, as an index's descriptor or a configuration says it."""
    return f"{said.get('os') or 'unknown'}/{said.get('architecture') or 'unknown'}"


def _config(client: Any, repository: str, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration that a manifest names (Amazon ECR API reference, GetDownloadUrlForLayer)."""
    digest, size = str(manifest["config"]["digest"]), int(manifest["config"]["size"])
    if size > CONFIG_LIMIT:
        raise InvalidRequest(
            "CONFIG_TOO_LARGE", f"{digest} has {size} bytes: no configuration needs over {CONFIG_LIMIT}"
        )
    with trying(f"asking where {digest} is"):
        url = client.get_download_url_for_layer(repositoryName=repository, layerDigest=digest)["downloadUrl"]
    data = _download(url, size)
    if f"sha256:{hashlib.sha256(data).hexdigest()}" != digest:
        raise AwsCallFailed("DigestMismatch", f"what ECR sent for {digest} isn't that: {len(data)} other bytes")
    return dict(json.loads(data))


def _download(url: str, size: int) -> bytes:
    """At most one byte more than there should be, so that a longer answer shows and none can fill the memory."""
    data = bytearray()
    try:
        with httpx.stream("GET", url, timeout=TIMEOUT_SECONDS, follow_redirects=True) as reply:
            reply.raise_for_status()
            for part in reply.iter_bytes():
                data += part
                if len(data) > size:
                    break
    except httpx.HTTPError as error:
        # not httpx's own words: they hold the address, and that its signature
        status = error.response.status_code if isinstance(error, httpx.HTTPStatusError) else ""
        what = f"{type(error).__name__} {status}".strip()
        raise AwsCallFailed(type(error).__name__, f"reading an image's configuration: {what}") from None
    return bytes(data[: size + 1])
