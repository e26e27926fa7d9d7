"""buildspec.yml with a real builder, a real AWS CLI and a registry that is really pushed to: the local ECR."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import tomli_w

from cli.images import buildspec
from landfall.builds.build_environment import COMMIT, build_environment
from landfall.settings import Build
from local.emulator.local_aws import LocalAws
from tests.building.clone import Source, buildspec_text, git

MISSING = [program for program in ("podman", "aws") if not shutil.which(program)]

pytestmark = [
    pytest.mark.containers,
    # Not with Docker: its BuildKit runs in a container, whose loopback is another than the local ECR's.
    pytest.mark.skipif(bool(MISSING), reason=f"needs Podman and the AWS CLI; not on PATH: {', '.join(MISSING)}"),
]

REPOSITORY = "landfall/built"
DOCKERFILE = """\
FROM scratch AS runtime
ARG LEVEL
ENV LEVEL=$LEVEL
ARG GIT_SHA
ARG BUILD_TIME
ENV GIT_SHA=$GIT_SHA BUILD_TIME=$BUILD_TIME
COPY main.py /
HEALTHCHECK CMD ["/main.py"]
FROM scratch AS never
ENV LEVEL=none
"""
SETTINGS = Build(
    source="example/shop",
    context="service",
    target="runtime",
    arguments={"LEVEL": "one 'two' $three"},
    secrets={"npm": "ci/npm"},
)
NPM = "//packages.example.com/:_authToken=tr0ub4dor\nand more\n"


class Registry:
    """The local ECR with an empty repository, and a Podman with a home and settings of its own."""

    def __init__(self, aws: LocalAws, home: Path) -> None:
        self.ecr: Any = aws.client("ecr")
        self.host = aws.endpoint.removeprefix("http://")
        self._endpoint = aws.endpoint
        self.ecr.create_repository(repositoryName=REPOSITORY, imageTagMutability="IMMUTABLE")
        aws.client("secretsmanager").create_secret(Name="ci/npm", SecretString=NPM)
        storage = {"driver": "vfs", "graphroot": str(home / "images"), "runroot": str(home / "run")}
        self._environment = {
            **aws.env(),
            "HOME": str(home),
            "BUILDAH_ISOLATION": "chroot",
            "REGISTRY_AUTH_FILE": str(home / "auth.json"),
        }
        for variable, name, settings in (
            ("CONTAINERS_STORAGE_CONF", "storage", {"storage": storage}),
            ("CONTAINERS_REGISTRIES_CONF", "registries", {"registry": [{"location": self.host, "insecure": True}]}),
            ("CONTAINERS_CONF", "containers", {"engine": {"tmp_dir": str(home / "run"), "events_logger": "none"}}),
        ):
            (home / f"{name}.conf").write_text(tomli_w.dumps(settings))
            self._environment[variable] = str(home / f"{name}.conf")

    def build(self, source: Source, first_on_path: Path | None = None) -> dict[str, str]:
        """Build the source's commit; programs of `first_on_path` go before all others."""
        variables = build_environment(SETTINGS, REPOSITORY, self.host)
        environment = {**self._environment, **variables, COMMIT: source.commit}
        if first_on_path:
            environment["PATH"] = f"{first_on_path}{os.pathsep}{environment['PATH']}"
        return buildspec.run(buildspec_text(), environment, source.directory, source.output.append)

    def digests(self) -> dict[str, list[str]]:
        """Return the repository's images: each digest with its tags."""
        images = self.ecr.describe_images(repositoryName=REPOSITORY)["imageDetails"]
        return {image["imageDigest"]: image.get("imageTags", []) for image in images}

    def config(self, digest: str) -> dict[str, Any]:
        """Return an image's configuration, its history included, fetched as any registry client does."""
        base = f"{self._endpoint}/v2/{REPOSITORY}"
        manifest = httpx.get(f"{base}/manifests/{digest}", trust_env=False).raise_for_status().json()
        blob = httpx.get(f"{base}/blobs/{manifest['config']['digest']}", trust_env=False, follow_redirects=True)
        return dict(json.loads(blob.raise_for_status().content))


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    """Return such a registry."""
    home = tmp_path / "home"
    home.mkdir()
    with LocalAws(tmp_path / "aws") as aws:
        yield Registry(aws, home)


@pytest.fixture
def dockerfile(source: Source) -> Source:
    """Return the clone with a Dockerfile that a builder without the internet can build."""
    (source.directory / "service" / "Dockerfile").write_text(DOCKERFILE)
    git(source.directory, "commit", "--quiet", "-m", "buildable", "service/Dockerfile")
    source.commit = git(source.directory, "rev-parse", "HEAD")
    return source


def test_a_commit_is_built_once(registry: Registry, dockerfile: Source) -> None:
    """The first build pushes one image that says what it is, of the stage that is set; the second finds it."""
    first = registry.build(dockerfile)
    again = registry.build(dockerfile)
    document = registry.config(first["IMAGE_DIGEST"])
    config = document["config"]

    assert (first["GIT_SHA"], first["BUILT"]) == (dockerfile.commit, "yes")
    assert registry.digests() == {first["IMAGE_DIGEST"]: [dockerfile.commit]}
    assert again == {**first, "BUILT": "no"}
    assert f"GIT_SHA={dockerfile.commit}" in config["Env"]
    assert config["Labels"]["org.opencontainers.image.revision"] == dockerfile.commit
    assert f"BUILD_TIME={config['Labels']['org.opencontainers.image.created']}" in config["Env"]
    assert config["Healthcheck"]
    assert "LEVEL=one 'two' $three" in config["Env"]
    assert "tr0ub4dor" not in json.dumps(document) + dockerfile.said


def test_a_tag_that_was_taken_meanwhile_is_not_overwritten(
    registry: Registry, dockerfile: Source, tmp_path: Path
) -> None:
    """Two builds of one commit at once: the registry refuses the second's push, and the first's image stays."""
    first = registry.build(dockerfile)
    looked_too_early = tmp_path / "bin" / "aws"
    looked_too_early.parent.mkdir()
    looked_too_early.write_text(
        f'#!/bin/sh\n[ -e {tmp_path}/looked ] && exec {shutil.which("aws")} "$@"\n'
        f"touch {tmp_path}/looked; echo 'An error occurred (ImageNotFoundException)' >&2; exit 254\n"
    )
    looked_too_early.chmod(0o755)
    (dockerfile.directory / "service" / "main.py").write_text("not committed, so not built\n")

    second = registry.build(dockerfile, looked_too_early.parent)

    assert second == {**first, "BUILT": "no"}
    assert registry.digests() == {first["IMAGE_DIGEST"]: [dockerfile.commit]}
    assert "another build" in dockerfile.said
