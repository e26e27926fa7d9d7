"""What a build must have brought before anything is deployed: moto stands for CodeBuild and ECR."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.codebuild.models import CodeBuildBackend

from cli import builds, image_source
from cli.cloud import Cloud
from cli.exits import NotKnown, Refused
from cli.output import Output
from cli.verb import At
from landfall import naming
from landfall.image_tags import is_full
from landfall.settings import Build, Settings
from tests import builders as b

SERVICE = b.settings_of(build=Build(source="owner/name"))
PROJECT = naming.build_project(SERVICE.name)
REGION = "us-east-1"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Iterator[At]:
    """Return an AWS with the service's repository and build project."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        session = boto3.Session(region_name=REGION)
        session.client("ecr").create_repository(repositoryName=SERVICE.repository)
        session.client("codebuild").create_project(
            name=PROJECT,
            source={"type": "GITHUB", "location": "https://github.com/owner/name.git"},
            artifacts={"type": "NO_ARTIFACTS"},
            environment={"type": "LINUX_CONTAINER", "image": "i", "computeType": "BUILD_GENERAL1_SMALL"},
            serviceRole="arn:aws:iam::123456789012:role/service-role/build",
        )
        here = Cloud(session, Settings((SERVICE,), Path()))
        yield At(lambda: here, Output(as_json=False))


def push(at: At, tag: str = b.SHA) -> str:
    """Push an image, by default tagged with the commit, and return its digest."""
    manifest = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "layers": [], "config": {}})
    image = at.cloud.client("ecr").put_image(repositoryName=SERVICE.repository, imageManifest=manifest, imageTag=tag)
    return str(image["image"]["imageId"]["imageDigest"])


def building(
    monkeypatch: pytest.MonkeyPatch, at: At, *, digest: str | None, pushes: bool, status: str, tag: str = b.SHA
) -> None:
    """Let CodeBuild end a build so. moto itself runs nothing, and exports nothing."""
    told = CodeBuildBackend.batch_get_builds

    def ended(self: Any, ids: list[str]) -> Any:
        (build,) = told(self, ids)
        exported = {"GIT_SHA": b.SHA, "IMAGE_DIGEST": push(at, tag) if pushes else b.OTHER_DIGEST, "BUILT": "yes"}
        exported |= {"IMAGE_DIGEST": digest} if digest else {}
        variables = [{"name": name, "value": value} for name, value in exported.items()]
        return [{**build, "buildStatus": status, "exportedEnvironmentVariables": variables}]

    monkeypatch.setattr(CodeBuildBackend, "batch_get_builds", ended)


def test_a_commit_built_before_is_not_built_again(at: At) -> None:
    """One image per commit: its digest is reused, and CodeBuild is asked for nothing."""
    digest = push(at)
    image = builds.image(at, SERVICE, b.SHA)
    assert (image.digest, image.pushed) == (digest, False)
    assert at.cloud.client("codebuild").list_builds()["ids"] == []


def test_what_was_built_is_what_ecr_has(monkeypatch: pytest.MonkeyPatch, at: At) -> None:
    """The digest of the build and that of ECR agree: that one is deployed."""
    building(monkeypatch, at, digest=None, pushes=True, status="SUCCEEDED")
    image = builds.image(at, SERVICE, b.SHA)
    assert image.pushed
    assert image.digest.startswith("sha256:")


WRONG = {
    "nothing was built": ({"digest": None, "pushes": False, "status": "SUCCEEDED"}, "NOTHING_BUILT"),
    "the tag has another digest": ({"digest": b.OTHER_DIGEST, "pushes": True, "status": "SUCCEEDED"}, "OTHER_DIGEST"),
    "the build failed": ({"digest": None, "pushes": False, "status": "FAILED"}, "BUILD_FAILED"),
    "it exports no digest": ({"digest": "none", "pushes": False, "status": "SUCCEEDED"}, "BUILD_UNREADABLE"),
}


@pytest.mark.parametrize(("build", "code"), WRONG.values(), ids=WRONG)
def test_a_build_that_will_not_do(monkeypatch: pytest.MonkeyPatch, at: At, build: dict[str, Any], code: str) -> None:
    """A green build over nothing, or over other bytes, deploys nothing."""
    building(monkeypatch, at, **build)
    with pytest.raises(Refused) as refused:
        builds.image(at, SERVICE, b.SHA)
    assert (refused.value.code, refused.value.exit) == (code, 2)


def test_a_build_that_failed_after_its_push_is_not_refused(monkeypatch: pytest.MonkeyPatch, at: At) -> None:
    """Its push starts a deployment all the same: "nothing was touched" would be a lie, so how it ends is not known."""
    building(monkeypatch, at, digest=None, pushes=True, status="FAILED")
    with pytest.raises(NotKnown, match=f"landfall watch {b.SHA}") as failed:
        builds.image(at, SERVICE, b.SHA)
    assert failed.value.exit == 6


def test_no_build_is_set_up(at: At) -> None:
    """Where something else builds, the image must be there already."""
    with pytest.raises(Refused, match="no build is set up") as refused:
        builds.image(at, b.settings_of(), b.SHA)
    assert refused.value.code == "NO_IMAGE"


def test_a_rehearsed_fault_leaves_its_commit_alone(monkeypatch: pytest.MonkeyPatch, at: At) -> None:
    """Its image has a name of its own, so that the commit can be released before it and after it, as itself."""
    building(monkeypatch, at, digest=None, pushes=True, status="SUCCEEDED", tag=builds.rehearsed(b.SHA, "slow"))
    rehearsal = builds.faulty(at, SERVICE, b.SHA, "slow")
    assert rehearsal.git_sha != b.SHA
    assert is_full(rehearsal.git_sha)
    again = builds.faulty(at, SERVICE, b.SHA, "slow")
    assert (again.digest, again.pushed) == (rehearsal.digest, False)
    assert image_source.pushed(at.cloud.client("ecr"), SERVICE.repository, b.SHA) is None


def test_each_fault_of_a_commit_is_a_release_of_its_own() -> None:
    """Else the second would find the first one's image, and rehearse that."""
    assert len({builds.rehearsed(sha, fault) for sha in (b.SHA, b.OLD_SHA) for fault in ("slow", "late")}) == 4
