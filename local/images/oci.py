"""Combines a configuration and layers into an OCI image."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.images.layers import Layer, sha256

MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar+gzip"

# The layers hold no machine code. An image must name an architecture, and it is always the same one, so that the digest
# doesn't depend on the build machine.
ARCHITECTURE = "amd64"


@dataclass(frozen=True)
class Image:
    """A built image: the bytes of each part, and its digest."""

    config: bytes
    layers: tuple[Layer, ...]
    manifest: bytes
    digest: str
    media_type: str = MANIFEST_TYPE

    @property
    def config_digest(self) -> str:
        """Return the digest of the configuration, which Docker calls the image's id."""
        return sha256(self.config)

    @property
    def blobs(self) -> dict[str, bytes]:
        """Return everything that the manifest names, by digest."""
        return {layer.digest: layer.data for layer in self.layers} | {self.config_digest: self.config}

    @property
    def size(self) -> int:
        """Return the number of bytes to push to an empty registry."""
        return len(self.manifest) + sum(len(data) for data in self.blobs.values())


def assemble(
    config: Mapping[str, Any], layers: tuple[Layer, ...], created: str, annotations: Mapping[str, str] | None = None
) -> Image:
    """Return the image with this configuration and these layers, lowest first."""
    config_bytes = _json(
        {
            "architecture": ARCHITECTURE,
            "os": "linux",
            "created": created,
            "config": config,
            "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]},
        }
    )
    manifest = _json(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST_TYPE,
            "config": _descriptor(CONFIG_TYPE, config_bytes),
            "layers": [_descriptor(LAYER_TYPE, layer.data) for layer in layers],
            **({"annotations": dict(annotations)} if annotations else {}),
        }
    )
    return Image(config=config_bytes, layers=layers, manifest=manifest, digest=sha256(manifest))


def _descriptor(media_type: str, data: bytes) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": sha256(data), "size": len(data)}


def _json(document: Mapping[str, Any]) -> bytes:
    """Return a document in canonical form, so that equal documents have equal digests."""
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
