"""Reads an image's manifest and configuration from ECR, and checks the digest of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from landfall.aws import image_manifest
from landfall.aws.trying import trying
from landfall.errors import AwsCallFailed, InvalidRequest
from landfall.intake.request import moment


@dataclass(frozen=True)
class Pushed:
    """An image, and when it was pushed, in whole seconds."""

    digest: str
    at: str


@dataclass(frozen=True)
class SourceImage:
    """An image in ECR. `digest` is the digest of the requested image or index; `document` is the configuration."""

    digest: str
    platform: str
    document: Mapping[str, Any]


def pushed(client: Any, repository: str, tag: str) -> Pushed | None:
    """Return the image of a tag, by DescribeImages alone; None if there is no such tag. Raises AwsCallFailed."""
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
    """Read the image of `{"imageTag": …}` or `{"imageDigest": …}`; from an index, the image for this platform.

    Raises InvalidRequest if there is no such image for this platform, AwsCallFailed if ECR refuses.
    """
    digest, manifest = image_manifest.read(client, repository, identifier)
    told = ""
    if "manifests" in manifest:
        chosen = _for_platform(image_manifest.platforms(manifest), platform, digest)
        told = platform
        _, manifest = image_manifest.read(client, repository, {"imageDigest": chosen})
    document = image_manifest.config(client, repository, manifest)
    return SourceImage(digest, told or image_manifest.platform(document), document)


def _for_platform(manifests: list[Mapping[str, Any]], platform: str, digest: str) -> str:
    """Return the digest of an index's image for a platform."""
    found = {image_manifest.platform(each.get("platform") or {}): str(each["digest"]) for each in manifests}
    if platform not in found:
        there = ", ".join(sorted(found)) or "none"
        raise InvalidRequest("NO_SUCH_PLATFORM", f"{digest} has no image for {platform}, only for: {there}")
    return found[platform]
