"""Trait: an image that was deleted can't be pulled any more.

AWS (ECR API reference, BatchDeleteImage): an image deleted by its digest is gone, all its tags with it.
Emulator: it leaves the image list, but the registry protocol still serves its manifest.
Here: the manifest goes too, once no image of that digest is left.
"""

from __future__ import annotations

from typing import Any

from ministack.services import ecr


def apply() -> None:
    """Remove the manifests of deleted images from the registry."""
    delete = ecr._batch_delete_image

    def deleted(data: Any) -> Any:
        reply = delete(data)
        name = data.get("repositoryName", "")
        left = {image["imageDigest"] for image in ecr._images.get(name, [])}
        manifests = ecr._manifest_blobs.get(name, {})
        for digest in set(manifests) - left:
            del manifests[digest]
        return reply

    ecr._batch_delete_image = deleted
