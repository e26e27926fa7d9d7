"""An image's configuration as it is read from the local AWS's ECR."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest

from cli.images.image_check import check_image
from cli.images.image_source import read
from landfall.aws.image_manifest import CONFIG_LIMIT, INDEX_TYPES
from landfall.errors import AwsCallFailed, InvalidRequest
from landfall.settings import Build, Service
from local.emulator.local_aws import LocalAws
from local.images.registry import push_image
from local.images.sample_image import Image, build_image

SHA = "0123456789abcdef0123456789abcdef01234567"
PLATFORM = "linux/amd64"
REPOSITORY = "checked"


@pytest.fixture(scope="module")
def image() -> Image:
    """The sample's image."""
    return build_image(SHA, "2024-01-31T12:00:00Z")


@pytest.fixture(scope="module")
def ecr(aws: LocalAws, image: Image) -> Iterator[Any]:
    """ECR with the sample's image under its commit."""
    client = aws.client("ecr")
    client.create_repository(repositoryName=REPOSITORY)
    push_image(aws.endpoint, REPOSITORY, image, SHA)
    yield client
    client.delete_repository(repositoryName=REPOSITORY, force=True)


def put(ecr: Any, manifest: dict[str, Any], tag: str) -> str:
    """Put a manifest into the repository; its digest."""
    text = json.dumps(manifest)
    ecr.put_image(
        repositoryName=REPOSITORY, imageManifest=text, imageManifestMediaType=manifest["mediaType"], imageTag=tag
    )
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


@pytest.mark.parametrize("by", ["imageTag", "imageDigest"])
def test_image_is_read_by_tag_and_by_digest(ecr: Any, image: Image, by: str) -> None:
    """What is checked is what was pushed, byte for byte, however it is asked for."""
    found = read(ecr, REPOSITORY, {by: SHA if by == "imageTag" else image.digest}, PLATFORM)
    assert found.digest == image.digest
    assert found.document == json.loads(image.config)
    service = Service("s", "c", "s", "app", REPOSITORY, "t", "e", build=Build(source="o/n"))
    results = {each.check: each.result for each in check_image(found.document, PLATFORM, service, tag=SHA)}
    assert set(results.values()) == {"ok"}


def index(image: Image, architecture: str) -> dict[str, Any]:
    """An index that holds the image for one architecture, and an attestation beside it."""
    entry = {"mediaType": image.media_type, "digest": image.digest, "size": len(image.manifest)}
    attestation = {**entry, "digest": f"sha256:{'0' * 64}"}
    return {
        "schemaVersion": 2,
        "mediaType": INDEX_TYPES[0],
        "manifests": [
            {**attestation, "platform": {"os": "unknown", "architecture": "unknown"}},
            {**entry, "platform": {"os": "linux", "architecture": architecture}},
        ],
    }


def test_of_an_index_the_platforms_image_is_read(ecr: Any, image: Image) -> None:
    """The digest told is the index's own, since that is what is deployed; the configuration is the platform's."""
    digest = put(ecr, index(image, "amd64"), "index")
    found = read(ecr, REPOSITORY, {"imageTag": "index"}, PLATFORM)
    assert (found.digest, found.platform) == (digest, PLATFORM)
    assert found.document == json.loads(image.config)


def test_index_without_the_platform_says_what_it_has(ecr: Any, image: Image) -> None:
    """An attestation is not offered as an image."""
    put(ecr, index(image, "arm64"), "arm-only")
    with pytest.raises(InvalidRequest, match=r"has no image for linux/amd64, only for: linux/arm64$"):
        read(ecr, REPOSITORY, {"imageTag": "arm-only"}, PLATFORM)


def test_image_that_is_not_there_is_named(ecr: Any) -> None:
    """A mistyped tag gives another error than a refusal."""
    with pytest.raises(InvalidRequest, match="checked, nope: Requested image not found"):
        read(ecr, REPOSITORY, {"imageTag": "nope"}, PLATFORM)
    with pytest.raises(AwsCallFailed, match="RepositoryNotFoundException"):
        read(ecr, "elsewhere", {"imageTag": "nope"}, PLATFORM)


def test_configuration_of_any_size_is_not_read(ecr: Any, image: Image) -> None:
    """A pushed image can't fill the memory of the check, with a correct or a false size."""
    manifest = json.loads(image.manifest)
    huge = {**manifest, "config": {**manifest["config"], "size": CONFIG_LIMIT + 1}}
    put(ecr, huge, "huge")
    with pytest.raises(InvalidRequest, match="no configuration needs over"):
        read(ecr, REPOSITORY, {"imageTag": "huge"}, PLATFORM)
    longer = {**manifest, "config": {**manifest["config"], "size": 10}}
    put(ecr, longer, "longer")
    with pytest.raises(AwsCallFailed, match="ECR sent 11 bytes for"):
        read(ecr, REPOSITORY, {"imageTag": "longer"}, PLATFORM)
