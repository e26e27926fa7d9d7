"""Trait: ECR finds images exactly, and says so when it doesn't.

AWS ("API_DescribeImages", "API_BatchGetImage", "API_PutImage", "Preventing image tags from being overwritten"):
DescribeImages of an image that isn't there is an ImageNotFoundException; a tag and a digest that belong to different
images are ImageTagDoesNotMatchDigest; BatchGetImage returns the tag that was asked for; the size is that of the
compressed layers; untagged images have no ``imageTags``; PutImage of the very same tag and digest is
ImageAlreadyExistsException. What PutImage stored can be pulled by digest.
The media type of an artifact is that of its configuration, and an index has none (ImageDetail).
Emulator: missing images are left out silently, tag *or* digest matches, the size is the manifest's, PutImage stores no
manifest that can be pulled by digest, and an artifact's media type is the manifest's.
Here: as AWS.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from ministack.core.responses import error_response_json, get_account_id
from ministack.services import ecr

Image = dict[str, Any]


def apply() -> None:
    """Replace the lookups. They are called by name, so replacing the names is enough."""
    put, describe = ecr._put_image, ecr._describe_images

    def put_image(data: Any) -> Any:
        again = _already(data)
        if again:
            return again
        reply = put(data)
        if reply[0] == HTTPStatus.OK:
            manifest = data["imageManifest"].encode()
            digest = ecr._content_digest(manifest)
            ecr._manifest_blobs.setdefault(data["repositoryName"], {})[digest] = manifest
        return reply

    def describe_images(data: Any) -> Any:
        name = data.get("repositoryName", "")
        for asked in data.get("imageIds") or [] if name in ecr._repositories else []:
            if find(name, asked) is None:
                return error_response_json("ImageNotFoundException", _missing(name, asked), 400)
        return _corrected(describe(data), name)

    ecr._find_image = find
    ecr._put_image = put_image
    ecr._describe_images = describe_images
    ecr._batch_get_image = batch_get_image


def find(name: str, asked: Image) -> Image | None:
    """Return the image with this digest *and* this tag, as far as they are given."""
    digest, tag = asked.get("imageDigest"), asked.get("imageTag")
    for image in ecr._images.get(name, []):
        if (not digest or image["imageDigest"] == digest) and (not tag or tag in image.get("imageTags", [])):
            return image if digest or tag else None
    return None


def batch_get_image(data: Any) -> Any:
    """Answer BatchGetImage: each image with the identifier of the request."""
    name = data.get("repositoryName", "")
    if name not in ecr._repositories:
        message = f"The repository with name '{name}' does not exist in the registry with id '{get_account_id()}'"
        return error_response_json("RepositoryNotFoundException", message, 400)
    found, failures = [], []
    for asked in data.get("imageIds") or []:
        image = find(name, asked)
        if image is None:
            failures.append(_failure(name, asked))
            continue
        identity = {"imageDigest": image["imageDigest"]}
        if asked.get("imageTag"):
            identity["imageTag"] = asked["imageTag"]
        kept = ("registryId", "repositoryName", "imageManifest", "imageManifestMediaType")
        found.append({**{key: image[key] for key in kept if key in image}, "imageId": identity})
    return ecr.json_response({"images": found, "failures": failures})


def _failure(name: str, asked: Image) -> Image:
    """Return why an image wasn't returned."""
    digest, tag = asked.get("imageDigest"), asked.get("imageTag")
    if digest and tag and find(name, {"imageDigest": digest}) and find(name, {"imageTag": tag}):
        return {
            "imageId": asked,
            "failureCode": "ImageTagDoesNotMatchDigest",
            "failureReason": "The provided image tag does not match the provided image digest",
        }
    return {"imageId": asked, "failureCode": "ImageNotFound", "failureReason": "Requested image not found"}


def _already(data: Any) -> Any:
    """Return the error for a push that would change nothing."""
    name, tag = data.get("repositoryName", ""), data.get("imageTag")
    digest = ecr._content_digest(str(data.get("imageManifest", "")).encode())
    if name in ecr._repositories and tag and find(name, {"imageDigest": digest, "imageTag": tag}):
        message = (
            f"Image with digest '{digest}' and tag '{tag}' already exists in the repository with name '{name}' "
            f"in registry with id '{get_account_id()}'"
        )
        return error_response_json("ImageAlreadyExistsException", message, 400)
    return None


def _missing(name: str, asked: Image) -> str:
    """Return ECR's message for a missing image."""
    digest, tag = (f"'{asked[key]}'" if asked.get(key) else "'null'" for key in ("imageDigest", "imageTag"))
    return (
        f"The image with imageId {{imageDigest:{digest}, imageTag:{tag}}} does not exist within the repository "
        f"with name '{name}' in the registry with id '{get_account_id()}'"
    )


def _corrected(reply: Any, name: str) -> Any:
    """Return DescribeImages' details with the true size and media type, and without an empty list of tags."""
    if reply[0] != HTTPStatus.OK:
        return reply
    details = json.loads(reply[2])["imageDetails"]
    for detail in details:
        image = find(name, {"imageDigest": detail["imageDigest"]}) or {}
        manifest = json.loads(image.get("imageManifest") or "{}")
        layers = manifest.get("layers") or []
        detail["imageSizeInBytes"] = sum(int(layer.get("size", 0)) for layer in layers) or detail["imageSizeInBytes"]
        detail["artifactMediaType"] = manifest.get("artifactType") or (manifest.get("config") or {}).get("mediaType")
        if not detail["artifactMediaType"]:
            del detail["artifactMediaType"]
        if not detail.get("imageTags"):
            detail.pop("imageTags", None)
    return ecr.json_response({"imageDetails": details})
