"""Trait: an image that was deleted can't be pulled any more.

AWS (ECR API reference, BatchDeleteImage, ImageFailure): an image deleted by its digest is gone, all its tags with it. A
manifest that an index names can't be deleted before the index: ImageReferencedByManifestList. Emulator: the image
disappears from the list, but the registry protocol still serves its manifest; an index protects nothing. Here: the
manifest is removed too, once no image of that digest is left; deleting an image that an index names is refused.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from ministack.services import ecr


def apply() -> None:
    """Remove the manifests of deleted images from the registry."""
    delete = ecr._batch_delete_image

    def deleted(data: Any) -> Any:
        name = data.get("repositoryName", "")
        named = _named_by_indexes(name)
        asked = data.get("imageIds") or []
        held = [each for each in asked if each.get("imageDigest") in named]
        reply = delete({**data, "imageIds": [each for each in asked if each not in held]})
        reply = _refusing(reply, held) if held else reply
        left = {image["imageDigest"] for image in ecr._images.get(name, [])}
        manifests = ecr._manifest_blobs.get(name, {})
        for digest in set(manifests) - left:
            del manifests[digest]
        return reply

    ecr._batch_delete_image = deleted


def _named_by_indexes(name: str) -> set[str]:
    manifests = [json.loads(image.get("imageManifest") or "{}") for image in ecr._images.get(name, [])]
    return {str(part.get("digest")) for manifest in manifests for part in manifest.get("manifests") or []}


def _refusing(reply: Any, held: list[dict[str, str]]) -> Any:
    """Add the failures to an answer. An error of the whole call stays as it is."""
    status, _, body = reply
    told = json.loads(body)
    if status != HTTPStatus.OK:
        return reply
    why = "Requested image referenced by manifest list"
    failed = [{"imageId": i, "failureCode": "ImageReferencedByManifestList", "failureReason": why} for i in held]
    return ecr.json_response({**told, "failures": [*told.get("failures", []), *failed]})
