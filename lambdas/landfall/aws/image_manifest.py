"""Reads an image's manifest and configuration from ECR, and checks the digest of both.

Source: Amazon ECR API reference, BatchGetImage and GetDownloadUrlForLayer; OCI image specification.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from landfall.aws.trying import UNREADABLE, trying
from landfall.errors import AwsCallFailed, InvalidRequest
from landfall.images.stored import Manifest

INDEX_TYPES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
MANIFEST_TYPES = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
CONFIG_TYPES = (
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.docker.container.image.v1+json",
)
"""The media types of a container image's manifest, as opposed to a chart's, a cache's or a signature's."""
ABSENT = ("ImageNotFound", "ImageTagDoesNotMatchDigest")
"""Failures that say that there is no such image (Amazon ECR API reference, ImageFailure)."""
CONFIG_LIMIT = 1 << 20
"""Bytes of a configuration that are read. Real ones have a few kilobytes."""
TIMEOUT_SECONDS = 10
"""For each wait in a download. A step has 60 s, and a retry of its own."""
REFERENCE_TYPE = "vnd.docker.reference.type"


def read(client: Any, repository: str, identifier: Mapping[str, str]) -> tuple[str, Manifest]:
    """Return an image's digest and manifest. Raises InvalidRequest if there is none, AwsCallFailed if ECR fails."""
    what = f"{repository}, {' '.join(identifier.values())}"
    image = found(client, repository, identifier)
    if image is None:
        why = "Requested image not found"
        raise InvalidRequest("NO_SUCH_IMAGE", f"{what}: {why}; push it, or ask for one that `landfall status` names")
    return image


def found(client: Any, repository: str, identifier: Mapping[str, str]) -> tuple[str, Manifest] | None:
    """Return an image's digest and manifest; None where ECR says that there is none. Raises AwsCallFailed.

    BatchGetImage answers 200 even if it returns nothing, with a reason for each image, for instance that a key or an
    upstream registry failed. Such a reason does not say whether the image exists.
    """
    what = f"reading the manifest of {repository}, {' '.join(identifier.values())}"
    with trying(what):
        reply = client.batch_get_image(
            repositoryName=repository,
            imageIds=[dict(identifier)],
            acceptedMediaTypes=[*INDEX_TYPES, *MANIFEST_TYPES],
        )
        if reply.get("images"):
            image = reply["images"][0]
            return str(image["imageId"]["imageDigest"]), dict(json.loads(image["imageManifest"]))
        failure = (reply.get("failures") or [{}])[0]
        code = failure.get("failureCode", UNREADABLE)
        if code in ABSENT:
            return None
        raise AwsCallFailed(code, f"{what}: {code}: {failure.get('failureReason', 'neither an image nor a failure')}")


def platforms(manifest: Manifest) -> list[Manifest]:
    """Return an index's descriptors of images that a task can run; none for a single image.

    An attestation is in an index beside them: BuildKit marks it with an annotation and the platform unknown/unknown
    (Docker docs, "Image attestation storage"), and other tools do one of the two.
    """
    return [each for each in manifest.get("manifests", []) if not _is_attestation(each)]


def platform(said: Mapping[str, Any]) -> str:
    """Return `os/architecture` from an index's descriptor or a configuration."""
    return f"{said.get('os') or 'unknown'}/{said.get('architecture') or 'unknown'}"


def config(client: Any, repository: str, manifest: Manifest) -> Mapping[str, Any]:
    """Return the configuration that a manifest names. Raises InvalidRequest where it is too large to be one."""
    with trying("reading where an image's configuration is"):
        digest, size = str(manifest["config"]["digest"]), int(manifest["config"]["size"])
    if size > CONFIG_LIMIT:
        raise InvalidRequest(
            "CONFIG_TOO_LARGE", f"{digest} has {size} bytes: no configuration needs over {CONFIG_LIMIT}"
        )
    with trying(f"asking where {digest} is"):
        url = client.get_download_url_for_layer(repositoryName=repository, layerDigest=digest)["downloadUrl"]
    data = _download(url, size)
    if f"sha256:{hashlib.sha256(data).hexdigest()}" != digest:
        raise AwsCallFailed("DigestMismatch", f"ECR sent {len(data)} bytes for {digest} that have another digest")
    with trying(f"reading {digest}"):
        return dict(json.loads(data))


def label(client: Any, repository: str, manifest: Manifest, name: str) -> str:
    """Return the value of an image's annotation of that name, else of its label.

    For an index, it looks at the index itself, then at the image of its first platform. Empty if neither has it.
    """
    if found := _annotation(manifest, name):
        return found
    if "manifests" in manifest:
        first = next(iter(platforms(manifest)), None)
        if first is None or (found := _annotation(first, name)):
            return found
        _, manifest = read(client, repository, {"imageDigest": str(first["digest"])})
        if found := _annotation(manifest, name):
            return found
    if not isinstance(manifest.get("config"), Mapping):
        return ""
    configured = config(client, repository, manifest).get("config") or {}
    return str((configured.get("Labels") or {}).get(name, ""))


def _is_attestation(descriptor: Manifest) -> bool:
    said = descriptor.get("platform")
    marked = (descriptor.get("annotations") or {}).get(REFERENCE_TYPE) == "attestation-manifest"
    return marked or (said is not None and platform(said) == "unknown/unknown")


def _annotation(manifest: Manifest, name: str) -> str:
    return str((manifest.get("annotations") or {}).get(name, ""))


def _download(url: str, size: int) -> bytes:
    """Download at most one byte more than expected: a longer answer shows, and no answer can fill the memory."""
    import httpx  # noqa: PLC0415  few releases have a configuration to read

    data = bytearray()
    try:
        with httpx.stream("GET", url, timeout=TIMEOUT_SECONDS, follow_redirects=True) as reply:
            reply.raise_for_status()
            for part in reply.iter_bytes():
                data += part
                if len(data) > size:
                    break
    except httpx.HTTPError as error:
        # not httpx's own message: it contains the URL, and the URL contains a signature
        status = error.response.status_code if isinstance(error, httpx.HTTPStatusError) else ""
        what = f"{type(error).__name__} {status}".strip()
        raise AwsCallFailed(type(error).__name__, f"reading an image's configuration: {what}") from None
    return bytes(data[: size + 1])
