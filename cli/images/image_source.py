"""Reads an image's manifest and configuration from ECR, and believes neither without its digest."""

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
