"""Ties a configuration and layers into one OCI image, named by the digest of its manifest."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.images.layers import Layer, sha256

MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar+gzip"

# The layers hold no machine code; one architecture is named, since an image must name one and a digest that
# depended on the machine it was built on could not be compared.
ARCHITECTURE = "amd64"


@dataclass(frozen=True)
class Image:
    """A built image: the bytes of each of its parts, and the digest that names the whole."""

    config: bytes
    layers: tuple[Layer, ...]
    manifest: bytes
    digest: str
    media_type: str = MANIFEST_TYPE

    @property
    def config_digest(self) -> str:
        """The digest of the configuration: what Docker calls the image's id."""
        return sha256(self.config)

    @property
    def blobs(self) -> dict[str, bytes]:
        """Everything the manifest names, by digest."""
        return {layer.digest: layer.data for layer in self.layers} | {self.config_digest: self.config}

    @property
    def size(self) -> int:
        """The bytes that travel to a registry that holds nothing of it yet."""
        return len(self.manifest) + sum(len(data) for data in self.blobs.values())


def assemble(
    config: Mapping[str, Any], layers: tuple[Layer, ...], created: str, annotations: Mapping[str, str] | None = None
) -> Image:
    """The image that runs with this configuration on these layers, the lowest first."""
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
    """One way of writing a document, so that equal documents have equal digests."""
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
