"""What ECR has under a tag: single images and indexes, of Docker and of OCI, with attestations and without.

Sources: Amazon ECR API reference (DescribeImages, BatchGetImage), OCI image specification, distribution's manifest
schema 2, Docker docs ("Image attestation storage").
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.contract.adapters import AT, METHODS, REPLIES
from tests.contract.boundary import Boundary
from tests.support import builders as b

OCI, DOCKER = "application/vnd.oci.image.", "application/vnd.docker.distribution.manifest."
OCI_CONFIG, DOCKER_CONFIG = f"{OCI}config.v1+json", "application/vnd.docker.container.image.v1+json"
AMD, ARM, ATTESTED = (f"sha256:{c * 64}" for c in "456")


def single(media_type: str, config: str) -> dict[str, Any]:
    """Return the manifest of one image."""
    return {"schemaVersion": 2, "mediaType": media_type, "config": {"mediaType": config, "digest": AMD, "size": 2}}


def index(media_type: str, *manifests: Mapping[str, Any]) -> dict[str, Any]:
    """Return an index."""
    return {"schemaVersion": 2, "mediaType": media_type, "manifests": list(manifests)}


def part(digest: str, architecture: str, **more: Any) -> dict[str, Any]:
    """Return an index's descriptor of a platform's image."""
    return {"digest": digest, "size": 1, "platform": {"os": "linux", "architecture": architecture}, **more}


ATTESTATION = {
    "digest": ATTESTED,
    "platform": {"os": "unknown", "architecture": "unknown"},
    "annotations": {"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": AMD},
}
KINDS: Mapping[str, tuple[str, dict[str, Any], tuple[str, ...], tuple[str, ...]]] = {
    "Docker, schema 2": (
        f"{DOCKER}v2+json",
        single(f"{DOCKER}v2+json", DOCKER_CONFIG),
        (),
        (),
    ),
    "OCI": (f"{OCI}manifest.v1+json", single(f"{OCI}manifest.v1+json", OCI_CONFIG), (), ()),
    "OCI, without its media type": (
        f"{OCI}manifest.v1+json",
        {"schemaVersion": 2, "config": {"mediaType": OCI_CONFIG, "digest": AMD, "size": 2}},
        (),
        (),
    ),
    "an index of one, with its attestation": (
        f"{OCI}index.v1+json",
        index(f"{OCI}index.v1+json", part(AMD, "amd64"), ATTESTATION),
        (AMD,),
        ("linux/amd64",),
    ),
    "an index of two, with attestations": (
        f"{OCI}index.v1+json",
        index(f"{OCI}index.v1+json", part(AMD, "amd64"), part(ARM, "arm64", variant="v8"), ATTESTATION, ATTESTATION),
        (AMD, ARM),
        ("linux/amd64", "linux/arm64"),
    ),
    "a list of Docker's": (
        f"{DOCKER}list.v2+json",
        index(f"{DOCKER}list.v2+json", part(AMD, "amd64"), part(ARM, "arm64")),
        (AMD, ARM),
        ("linux/amd64", "linux/arm64"),
    ),
    "an index without platforms": (
        f"{OCI}index.v1+json",
        index(f"{OCI}index.v1+json", {"digest": AMD}, {"digest": ARM}),
        (AMD, ARM),
        ("", ""),
    ),
}
"""By kind: its media type, its manifest, the digests of its platforms that a task may report, and their names."""


def boundary(media_type: str, manifest: Mapping[str, Any]) -> Boundary:
    """Return an ECR that has this image."""
    detail = {"imageDigest": b.DIGEST, "imageTags": [b.SHA], "imagePushedAt": AT, "imageManifestMediaType": media_type}
    image = {
        "imageId": {"imageDigest": b.DIGEST},
        "imageManifest": json.dumps(manifest),
        "imageManifestMediaType": media_type,
    }
    told: dict[str, Any] = {
        "DescribeImages": {"imageDetails": [detail]},
        "BatchGetImage": {"images": [image], "failures": []},
    }
    return Boundary({**REPLIES, **told})


@pytest.mark.parametrize("kind", KINDS)
def test_tasks_of_an_image_may_report_it_or_its_platform(kind: str) -> None:
    """Fewer digests would be a false alarm, and an attestation's among them a task that nobody can run."""
    media_type, manifest, platforms, named = KINDS[kind]
    found = METHODS["Ecr.image"](boundary(media_type, manifest))

    assert found.accepted == (b.DIGEST, *platforms)
    assert METHODS["Ecr.platforms"](boundary(media_type, manifest)) == named


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_an_image_and_no_artifact(kind: str) -> None:
    """The list of a repository tells what a task could run from charts, caches and signatures by its media type."""
    media_type, manifest, _, _ = KINDS[kind]
    (found,) = METHODS["Ecr.images"](boundary(media_type, manifest))

    assert not found.artifact


@pytest.mark.parametrize("kind", KINDS)
def test_a_manifest_is_asked_for_as_it_was_pushed(kind: str) -> None:
    """ECR gives what the caller says it takes: a kind that is left out would come converted, under another digest."""
    media_type, manifest, _, _ = KINDS[kind]
    for method in ("Ecr.image", "Ecr.platforms", "image_manifest.read"):
        at = boundary(media_type, manifest)
        METHODS[method](at)
        (asked,) = [params["acceptedMediaTypes"] for model, params in at.asked if model.name == "BatchGetImage"]
        assert media_type in asked, method


@pytest.mark.parametrize(
    "config", ["application/vnd.cncf.helm.config.v1+json", "application/vnd.buildkit.cacheconfig.v0"]
)
def test_what_no_task_could_run_is_an_artifact(config: str) -> None:
    """ECR says what a manifest is of (ImageDetail, artifactMediaType)."""
    detail = {
        "imageDigest": b.DIGEST,
        "imagePushedAt": AT,
        "imageManifestMediaType": f"{OCI}manifest.v1+json",
        "artifactMediaType": config,
    }
    (found,) = METHODS["Ecr.images"](Boundary({**REPLIES, "DescribeImages": {"imageDetails": [detail]}}))

    assert found.artifact
