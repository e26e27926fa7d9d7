"""Pulls images from the emulator's ECR over the registry protocol, and verifies every digest."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import platform
import re
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from local.engine.rootfs import unpack

ECR_HOST = re.compile(r"^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com$")
INDEXES = ("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json")
MANIFESTS = ("application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json")
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


class PullError(RuntimeError):
    """An image can't be pulled. The message says which and why."""


@dataclass(frozen=True)
class Reference:
    """A parsed image reference: ``host/name:tag@digest``."""

    host: str
    name: str
    wanted: str

    @classmethod
    def parse(cls, image: str) -> Reference:
        """Parse a reference. Only ECR's hosts are allowed, since nothing else can be reached."""
        rest, _, digest = image.partition("@")
        host, _, path = rest.partition("/")
        if not ECR_HOST.match(host):
            raise PullError(f"{image!r} isn't in the local ECR (<account>.dkr.ecr.<region>.amazonaws.com/<name>)")
        name, _, tag = path.partition(":")
        return cls(host, name, digest or tag or "latest")


@dataclass(frozen=True)
class Pulled:
    """An image on disk: the requested manifest digest, its configuration, its unpacked file system."""

    reference: str
    digest: str
    config: dict[str, Any] = field(repr=False)
    root: Path = field(repr=False)


class Registry:
    """The emulator's registry, with a cache of blobs and unpacked images on disk."""

    def __init__(self, endpoint: str, cache: Path) -> None:
        self._address = urlsplit(endpoint).netloc
        self._blobs = cache / "blobs"
        self._roots = cache / "rootfs"
        self._lock = threading.Lock()

    def digest(self, image: str) -> str:
        """Return the digest that the reference names now (for an index, the index's digest)."""
        return self._manifest(Reference.parse(image))[0]

    def pull(self, image: str) -> Pulled:
        """Fetch, verify and unpack an image. Digests in the cache aren't fetched again."""
        reference = Reference.parse(image)
        digest, manifest = self._manifest(reference)
        if manifest.get("mediaType") in INDEXES or "manifests" in manifest:
            child = _for_this_machine(manifest, image)
            _, manifest = self._manifest(Reference(reference.host, reference.name, child))
        # One at a time, since two tasks that start together would unpack the same image twice.
        with self._lock:
            config = json.loads(self._blob(reference, manifest["config"]).read_bytes())
            root = self._roots / manifest["config"]["digest"].removeprefix("sha256:")
            if not root.exists():
                layers = [self._blob(reference, layer) for layer in manifest["layers"]]
                _check_layers(layers, config, image)
                unpack(layers[-1:], root, below=self._below(layers[:-1]))
        return Pulled(image, digest, config.get("config") or {}, root)

    def _below(self, layers: list[Path]) -> Path | None:
        """Return what images with the same lower layers share, unpacked and compiled once.

        A service's dependencies are there, and each of its tasks would compile them again.
        """
        if not layers:
            return None
        name = hashlib.sha256("\n".join(layer.name for layer in layers).encode()).hexdigest()
        root = self._roots / f"below-{name}"
        if not root.exists():
            unpack(layers, root, compiled=True)
        return root

    def _manifest(self, reference: Reference) -> tuple[str, dict[str, Any]]:
        """Return a manifest and its digest, which is verified if the reference names one."""
        body = self._get(reference, f"manifests/{reference.wanted}")
        digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
        if reference.wanted.startswith("sha256:") and digest != reference.wanted:
            raise PullError(f"{reference.name}@{reference.wanted}: the registry sent {digest}")
        manifest: dict[str, Any] = json.loads(body)
        return digest, manifest

    def _blob(self, reference: Reference, descriptor: dict[str, Any]) -> Path:
        """Return a blob's file. It is fetched and verified if it isn't in the cache."""
        digest = str(descriptor["digest"])
        path = self._blobs / digest.replace(":", "_")
        if not path.exists():
            body = self._get(reference, f"blobs/{digest}")
            if f"sha256:{hashlib.sha256(body).hexdigest()}" != digest or len(body) != descriptor["size"]:
                raise PullError(f"{reference.name}: the registry sent other bytes for {digest}")
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(f".{os.getpid()}.part")
            part.write_bytes(body)
            part.rename(path)
        return path

    def _get(self, reference: Reference, what: str) -> bytes:
        """Send one GET. The Host header is the image's host, since the emulator reads account and region from it."""
        connection = http.client.HTTPConnection(self._address, timeout=30)
        try:
            headers = {"Host": reference.host, "Accept": ", ".join(INDEXES + MANIFESTS)}
            connection.request("GET", f"/v2/{reference.name}/{what}", headers=headers)
            reply = connection.getresponse()
            body = reply.read()
        except OSError as error:
            raise PullError(f"{reference.name}/{what}: {error}") from error
        finally:
            connection.close()
        if reply.status != http.HTTPStatus.OK:
            raise PullError(f"{reference.host}/{reference.name}:{reference.wanted}: not found ({reply.status})")
        return body


def _check_layers(layers: list[Path], config: dict[str, Any], image: str) -> None:
    """Check that configuration and manifest list the same layers. Raises PullError."""
    listed = (config.get("rootfs") or {}).get("diff_ids")
    if listed is not None and len(listed) != len(layers):
        raise PullError(f"{image}: the manifest has {len(layers)} layers, its configuration {len(listed)}")


def _for_this_machine(index: dict[str, Any], image: str) -> str:
    """Return the digest of an index's manifest for Linux on this processor."""
    machine = ARCHITECTURES.get(platform.machine(), platform.machine())
    for child in index["manifests"]:
        built_for = child.get("platform") or {}
        if (built_for.get("os", "linux"), built_for.get("architecture", machine)) == ("linux", machine):
            return str(child["digest"])
    raise PullError(f"{image}: the index has no manifest for linux/{machine}")
