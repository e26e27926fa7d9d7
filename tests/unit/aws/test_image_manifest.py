"""What is read of an image's manifest: which of an index's manifests can run, and where it says its commit."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from landfall.aws import image_manifest
from landfall.aws.ecr import Ecr
from landfall.aws.image_manifest import CONFIG_LIMIT, INDEX_TYPES, MANIFEST_TYPES
from landfall.errors import AwsCallFailed, InvalidRequest
from landfall.images.stored import Image
from tests.support import builders as b

REVISION = "org.opencontainers.image.revision"
BODY = json.dumps({"config": {"Labels": {REVISION: b.SHA}}}).encode()
CONFIG = {"digest": f"sha256:{hashlib.sha256(BODY).hexdigest()}", "size": len(BODY)}
SINGLE = {"mediaType": MANIFEST_TYPES[0], "config": CONFIG}
AMD64 = {"digest": b.DIGEST, "platform": {"os": "linux", "architecture": "amd64"}}
ARM64 = {"digest": b.OTHER_DIGEST, "platform": {"os": "linux", "architecture": "arm64", "variant": "v8"}}
# https://docs.docker.com/build/metadata/attestations/attestation-storage/#attestation-manifest-descriptor
ATTESTATION = {
    "digest": b.OLD_DIGEST,
    "platform": {"os": "unknown", "architecture": "unknown"},
    "annotations": {"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": b.DIGEST},
}
INDEXES: dict[str, tuple[list[dict[str, Any]], list[str]]] = {
    "two platforms": ([AMD64, ARM64], [b.DIGEST, b.OTHER_DIGEST]),
    "one, and its attestation": ([AMD64, ATTESTATION], [b.DIGEST]),
    "an attestation by its platform alone": ([AMD64, {k: ATTESTATION[k] for k in ("digest", "platform")}], [b.DIGEST]),
    "an attestation by its annotation alone": (
        [AMD64, {k: ATTESTATION[k] for k in ("digest", "annotations")}],
        [b.DIGEST],
    ),
    "no platform said, which OCI allows": ([{"digest": b.DIGEST}], [b.DIGEST]),
    "other annotations": ([{**AMD64, "annotations": {"a": "b"}}], [b.DIGEST]),
    "empty": ([], []),
}


@pytest.mark.parametrize(("manifests", "digests"), INDEXES.values(), ids=INDEXES)
def test_an_attestation_is_no_platform(manifests: list[dict[str, Any]], digests: list[str]) -> None:
    """No task reports an attestation's digest: with it in the list a record of eight platforms would not fit a step."""
    assert [each["digest"] for each in image_manifest.platforms({"manifests": manifests})] == digests


class Registry:
    """ECR's client, narrowed to what is asked of it. `url` is where layers are."""

    def __init__(self, url: str, manifests: Mapping[str, Any]) -> None:
        self._url, self._manifests = url, manifests
        self.calls: list[str] = []

    def batch_get_image(self, **asked: Any) -> dict[str, Any]:
        """Return the manifest that is asked for."""
        self.calls.append("BatchGetImage")
        (identifier,) = asked["imageIds"]
        manifest = self._manifests[identifier["imageDigest"]]
        return {"images": [{"imageId": identifier, "imageManifest": json.dumps(manifest)}]}

    def get_download_url_for_layer(self, **_: Any) -> dict[str, str]:
        """Return where the configuration is."""
        self.calls.append("GetDownloadUrlForLayer")
        return {"downloadUrl": self._url}


@pytest.fixture
def layers() -> Iterator[str]:
    """A server that has the configuration, as S3 has it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(BODY)

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


ANNOTATED = {"annotations": {REVISION: b.OLD_SHA}}
READ = ["GetDownloadUrlForLayer"]
SAID: dict[str, tuple[dict[str, Any], str, list[str]]] = {
    "a label": (SINGLE, b.SHA, READ),
    "an annotation, which needs no call": ({**SINGLE, **ANNOTATED}, b.OLD_SHA, []),
    "an index's annotation": ({"manifests": [AMD64], **ANNOTATED}, b.OLD_SHA, []),
    "its descriptor's": ({"manifests": [{**AMD64, **ANNOTATED}]}, b.OLD_SHA, []),
    "its first platform's label": ({"manifests": [ATTESTATION, AMD64]}, b.SHA, ["BatchGetImage", *READ]),
    "an index of nothing that runs": ({"manifests": [ATTESTATION]}, "", []),
    "no configuration": ({"mediaType": MANIFEST_TYPES[0]}, "", []),
}


@pytest.mark.parametrize(("manifest", "said", "calls"), SAID.values(), ids=SAID)
def test_where_an_image_says_its_commit(layers: str, manifest: dict[str, Any], said: str, calls: list[str]) -> None:
    """The nearest place that says it, with as few calls as that takes."""
    client = Registry(layers, {b.DIGEST: SINGLE})
    image = Image("uri", b.DIGEST, (b.DIGEST,), (), "2026-01-02T03:04:05Z", manifest)
    assert Ecr(client, "r").label(image, REVISION) == said
    assert client.calls == calls


def test_a_label_that_is_not_there(layers: str) -> None:
    """The answer is empty, not a wrong value."""
    assert image_manifest.label(Registry(layers, {}), "r", SINGLE, "another") == ""


def test_what_is_not_the_configuration_is_not_believed(layers: str) -> None:
    """Neither other bytes, nor more of them than a configuration has."""
    other = {**SINGLE, "config": {**CONFIG, "digest": b.OTHER_DIGEST}}
    with pytest.raises(AwsCallFailed, match="another digest"):
        image_manifest.label(Registry(layers, {}), "r", other, REVISION)
    large = {**SINGLE, "config": {**CONFIG, "size": CONFIG_LIMIT + 1}}
    with pytest.raises(InvalidRequest, match="no configuration needs"):
        image_manifest.label(Registry(layers, {}), "r", large, REVISION)


LISTED = {
    "an image": ({"imageManifestMediaType": MANIFEST_TYPES[1]}, False),
    "an image of OCI": (
        {"imageManifestMediaType": MANIFEST_TYPES[0], "artifactMediaType": "application/vnd.oci.image.config.v1+json"},
        False,
    ),
    "Docker's": ({"artifactMediaType": "application/vnd.docker.container.image.v1+json"}, False),
    "an index": ({"imageManifestMediaType": INDEX_TYPES[0]}, False),
    "nothing said": ({}, False),
    # https://github.com/moby/buildkit/blob/master/cache/remotecache/v1/doc.go
    "a build cache": ({"artifactMediaType": "application/vnd.buildkit.cacheconfig.v0"}, True),
    # https://docs.aws.amazon.com/AmazonECR/latest/userguide/push-oci-artifact.html
    "a chart": ({"artifactMediaType": "application/vnd.cncf.helm.config.v1+json"}, True),
    "a signature": ({"artifactMediaType": "application/vnd.dev.cosign.artifact.sig.v1+json"}, True),
    "an empty configuration": ({"artifactMediaType": "application/vnd.oci.empty.v1+json"}, True),
    "an artifact's manifest": ({"imageManifestMediaType": "application/vnd.oci.artifact.manifest.v1+json"}, True),
}


@pytest.mark.parametrize(("detail", "artifact"), LISTED.values(), ids=LISTED)
def test_what_no_task_could_run(detail: dict[str, str], artifact: bool) -> None:
    """ECR's list says what an image is of: a chart or a cache in the repository is no push that was missed."""

    class Client:
        def get_paginator(self, _: str) -> Any:
            return self

        def paginate(self, **_: Any) -> list[dict[str, Any]]:
            return [{"imageDetails": [{"imageDigest": b.DIGEST, "imagePushedAt": b.NOW, **detail}]}]

    (listed,) = Ecr(Client(), "r").images()
    assert listed.artifact is artifact
