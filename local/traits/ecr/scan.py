"""Trait: ECR scans images on push, if the repository is configured for it, and returns the findings.

AWS (ECR API reference, "DescribeImageScanFindings"; user guide, "Scan images for software vulnerabilities"): a
repository's ``scanOnPush`` has each image scanned, an index never; without a scan it is ScanNotFoundException.
Emulator: it has no such operation, although it stores ``scanOnPush``. Here: as AWS, but nothing is really scanned. The
annotation ``local.landfall.scan`` in the image's manifest is the result: a state (``IN_PROGRESS``,
``UNSUPPORTED_IMAGE``), or counts (``CRITICAL=1,HIGH=2``). Without it the scan finds nothing.
"""

from __future__ import annotations

import json
from typing import Any

from ministack.core.responses import error_response_json, get_account_id
from ministack.services import ecr

from local.traits.ecr import images

ANNOTATION, OPERATION = "local.landfall.scan", "DescribeImageScanFindings"


def apply() -> None:
    """Answer the operation before the emulator calls it unknown."""
    handle = ecr.handle_request

    async def handled(method: str, path: str, headers: dict[str, str], body: bytes, query_params: Any) -> Any:
        if headers.get("x-amz-target", "").endswith(f".{OPERATION}"):
            return describe_image_scan_findings(json.loads(body))
        return await handle(method, path, headers, body, query_params)

    ecr.handle_request = handled


def describe_image_scan_findings(data: Any) -> Any:
    """Return what the scan of an image found."""
    name, asked = data.get("repositoryName", ""), data.get("imageId") or {}
    if name not in ecr._repositories:
        message = f"The repository with name '{name}' does not exist in the registry with id '{get_account_id()}'"
        return error_response_json("RepositoryNotFoundException", message, 400)
    image = images.find(name, asked)
    if image is None:
        return error_response_json("ImageNotFoundException", f"there is no image {asked} in {name!r}", 400)
    manifest = json.loads(image.get("imageManifest") or "{}")
    scans = ecr._repositories[name].get("imageScanningConfiguration", {}).get("scanOnPush")
    if not scans or "manifests" in manifest:
        return error_response_json("ScanNotFoundException", f"Image scan does not exist for the image {asked}", 400)
    said = str((manifest.get("annotations") or {}).get(ANNOTATION, ""))
    counts = dict(each.split("=") for each in said.split(",") if "=" in each)
    status = said if said and not counts else "COMPLETE"
    found: dict[str, Any] = {
        "findings": [],
        "findingSeverityCounts": {severity: int(number) for severity, number in counts.items()},
    }
    if status == "COMPLETE":
        found["imageScanCompletedAt"] = image["imagePushedAt"]
    reply = {
        "registryId": get_account_id(),
        "repositoryName": name,
        "imageId": {"imageDigest": image["imageDigest"]},
        "imageScanStatus": {"status": status},
        "imageScanFindings": found,
    }
    return ecr.json_response(reply)
