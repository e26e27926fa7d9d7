"""The Dockerfile, built by a real engine and pushed to ECR, gives the image that the contract asks for."""

from __future__ import annotations

import json

import pytest

from cli.images.image_check import check_image
from cli.images.image_source import read
from landfall.settings import Build
from landfall.settings_file.read import load
from local.engine.container_cli import ContainerCli, EngineError
from local.stage.landfall_stage import Stage, commit
from tests.containers.service import SERVICE

pytestmark = [pytest.mark.containers, pytest.mark.e2e]
OVER_THE_BASE = 4_000_000
"""Bytes, compressed, that the service and its eight pure Python packages may add to the base image."""


def built(stage: Stage, name: str) -> tuple[str, str]:
    """Build and push an image under a tag that starts no deployment; its commit and digest."""
    sha = commit(name)
    return sha, stage.push(SERVICE, sha, tag=f"built-{sha[:8]}")


def test_image_keeps_the_contract(stage: Stage) -> None:
    """What `landfall image check` asks of anybody's image our own has, read back from ECR."""
    sha, digest = built(stage, "contract")
    image = read(stage.aws.client("ecr"), f"landfall/{SERVICE}", {"imageDigest": digest}, Build.platform)
    (service,) = load(stage.settings).services
    findings = check_image(image.document, image.platform, service, tag=sha)
    assert [f for f in findings if f.result != "ok"] == []


def test_each_commit_has_an_image_of_its_own(stage: Stage) -> None:
    """An engine's cache must not give one commit the image of another, which then says the other's SHA."""
    ecr = stage.aws.client("ecr")
    for name in ("first of two", "second of two"):
        sha, digest = built(stage, name)
        image = read(ecr, f"landfall/{SERVICE}", {"imageDigest": digest}, Build.platform)
        assert f"GIT_SHA={sha}" in image.document["config"]["Env"]
        assert image.document["config"]["Labels"]["org.opencontainers.image.revision"] == sha


def test_build_without_a_commit_fails(stage: Stage) -> None:
    """An image that can't say what it holds must not come to be, whoever builds it."""
    assert stage.dockerfile is not None
    with pytest.raises(EngineError, match="GIT_SHA is 'HEAD': it must be a full commit id"):
        stage.dockerfile.publish("localhost/none", {"GIT_SHA": "HEAD", "BUILD_TIME": stage.build_time})


def test_image_is_small_and_holds_no_secret_of_the_build(stage: Stage, cli: ContainerCli) -> None:
    """Tools and the builder's access to its package index stay behind; what is added to the base is the service."""
    sha, digest = built(stage, "small")
    ecr = stage.aws.client("ecr")
    reply = ecr.batch_get_image(repositoryName=f"landfall/{SERVICE}", imageIds=[{"imageDigest": digest}])
    added = json.loads(reply["images"][0]["imageManifest"])["layers"][-1]
    assert 0 < added["size"] < OVER_THE_BASE
    name = f"127.0.0.1:{stage.aws.port}/landfall/{SERVICE}:built-{sha[:8]}"
    listing = cli.run("run", "--rm", "--entrypoint", "python", name, "-c", LIST)
    assert json.loads(listing) == {"/etc/pip.conf": 0, "/run/secrets": 0}


LIST = """
import json, pathlib
found = {}
for name in ("/etc/pip.conf", "/run/secrets"):
    path = pathlib.Path(name)
    files = [path, *path.rglob("*")] if path.exists() else []
    found[name] = sum(file.stat().st_size for file in files if file.is_file())
print(json.dumps(found))
"""
"""Bytes in the places where a build's secrets are mounted; an empty file may remain of a mount."""
