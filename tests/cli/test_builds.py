"""What a build must deliver before anything is deployed. moto replaces CodeBuild and ECR."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.codebuild.models import CodeBuildBackend

from cli.cloud import Cloud
from cli.command import At
from cli.deployments import ask, begin
from cli.exits import NotKnown, Refused
from cli.images import builds, image_source
from cli.output import Output
from landfall import commit, naming
from landfall.images.image_tags import is_full
from landfall.images.stored import Listed
from landfall.intake import request
from landfall.settings import Build, Settings
from landfall.steps.resolving import image_lookup
from tests.support import builders as b
from tests.support import fronts

SERVICE = b.settings_of(build=Build(source="owner/name"))
PROJECT = naming.build_project(SERVICE.name)
REGION = "us-east-1"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


class Somewhere(Cloud):
    """A cloud whose stack need not be asked for its outputs."""

    @cached_property
    def outputs(self) -> dict[str, str]:
        """Return what the stack would say."""
        return {"StateMachineArn": f"arn:aws:states:{REGION}:123456789012:stateMachine:landfall"}


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
        fronts.work(monkeypatch, SERVICE.name, put=False)
        here = Somewhere(session, Settings((SERVICE,), Path()))
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
    image = builds.image(at, SERVICE, b.SHA, "why")
    assert (image.digest, image.pushed) == (digest, False)
    assert at.cloud.client("codebuild").list_builds()["ids"] == []


FORM = replace(SERVICE, tag_pattern="sha-(?P<commit>[0-9a-f]{7,40})|main-(?P<built>[0-9]+)", build=None)


def tagged(at: At, *tags: str, content: str = "one") -> str:
    """Push an image under these tags. Return its digest."""
    manifest = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "layers": [], "config": {"digest": content}})
    for tag in tags:
        reply = at.cloud.client("ecr").put_image(
            repositoryName=SERVICE.repository, imageManifest=manifest, imageTag=tag
        )
    return str(reply["image"]["imageId"]["imageDigest"])


@pytest.mark.parametrize("tag", [f"sha-{b.SHA[:7]}", f"sha-{b.SHA}"])
def test_a_commit_is_found_by_the_tags_that_settings_read(at: At, tag: str) -> None:
    """What another tool tagged is released by its commit; the request names the tag that Resolve then reads."""
    tagged(at, "latest", "main-17", f"sha-{b.OLD_SHA[:7]}", content="other")
    digest = tagged(at, "v1", tag)
    image = builds.image(at, FORM, b.SHA, "why")
    assert (image.digest, image.tag, image.pushed) == (digest, tag, False)
    asked = begin.request(at, FORM, image, "")
    assert (asked["image_tag"], asked["image_digest"]) == (tag, digest)
    found = request.read(asked, Settings((FORM,), Path()))
    assert isinstance(found, request.Request)
    assert commit.same(found.commit, b.SHA)


def test_the_tag_that_is_the_commit_comes_first(at: At) -> None:
    """It names one image for ever; a tag of another form may move."""
    tagged(at, f"sha-{b.SHA[:7]}", content="other")
    digest = push(at)
    image = builds.image(at, FORM, b.SHA, "why")
    assert (image.digest, image.tag) == (digest, "")


def test_without_such_a_tag_there_is_no_image(at: At) -> None:
    """A tag of another commit, or one that no setting reads, is not used. The refusal names the setting."""
    tagged(at, f"sha-{b.OLD_SHA[:7]}", f"x-{b.SHA}", f"sha-{b.SHA[:6]}")
    with pytest.raises(Refused, match="tag_pattern") as refused:
        builds.image(at, FORM, b.SHA, "why")
    assert refused.value.code == "NO_IMAGE"
    assert builds.built_before(at, SERVICE, b.SHA) is None


def test_of_two_images_of_a_commit_the_last_is_released() -> None:
    """A tool that builds a commit again tags it again: what was pushed last is meant."""
    short = f"sha-{b.SHA[:7]}"
    images = [Listed(each, (f"{short}{b.SHA[7:9]}",), at) for each, at in (("a", "2"), ("b", "3"), ("c", "1"))]
    found = image_lookup.of_commit(images, FORM.tags, b.SHA)
    assert found
    assert found[0].digest == "b"


def test_what_was_built_is_what_ecr_has(monkeypatch: pytest.MonkeyPatch, at: At) -> None:
    """The digest of the build and that of ECR agree: that one is deployed."""
    building(monkeypatch, at, digest=None, pushes=True, status="SUCCEEDED")
    image = builds.image(at, SERVICE, b.SHA, "why")
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
        builds.image(at, SERVICE, b.SHA, "why")
    assert (refused.value.code, refused.value.exit) == (code, 2)


def test_a_build_that_failed_after_its_push_is_not_refused(monkeypatch: pytest.MonkeyPatch, at: At) -> None:
    """Its push starts a deployment all the same: "nothing was touched" would be a lie, so how it ends is not known."""
    building(monkeypatch, at, digest=None, pushes=True, status="FAILED")
    with pytest.raises(NotKnown, match=f"landfall watch {b.SHA}") as failed:
        builds.image(at, SERVICE, b.SHA, "why")
    assert failed.value.exit == 6


def test_a_build_is_asked_of_the_front_with_who_and_why(monkeypatch: pytest.MonkeyPatch, at: At) -> None:
    """The command starts no build itself: what asks is recorded first, and in Actions which run it is."""
    monkeypatch.setenv("GITHUB_RUN_ID", "17")
    monkeypatch.setenv("GITHUB_REPOSITORY", "example/shop")
    monkeypatch.setenv("GITHUB_TRIGGERING_ACTOR", "ann")
    building(monkeypatch, at, digest=None, pushes=True, status="SUCCEEDED")
    builds.image(at, SERVICE, b.SHA, "the month's end")
    (told,) = asked_of_the_front(at)
    assert told.keys() == {"commit", "wants", "requested_by", "via", "reason"}
    assert (told["commit"], told["wants"], told["reason"]) == (b.SHA, "build", "the month's end")
    assert told["requested_by"] == at.cloud.identity
    assert told["via"].endswith("in GitHub Actions, run 17 of example/shop, started by ann")


def test_what_the_front_refuses_is_refused(at: At) -> None:
    """With its own words, and nothing built."""
    with pytest.raises(Refused, match="reason must be text, 200 characters at most") as refused:
        builds.image(at, SERVICE, b.SHA, "x" * 201)
    assert refused.value.code == "RequestRefused"
    assert at.cloud.client("codebuild").list_builds()["ids"] == []


def test_a_pipeline_without_fronts_is_too_old(at: At) -> None:
    """The way out is its stack."""
    other = replace(SERVICE, name="other")
    with pytest.raises(Refused, match="deploy the pipeline's stack again") as refused:
        builds.image(at, other, b.SHA, "why")
    assert refused.value.code == "OLD_PIPELINE"


def asked_of_the_front(at: At) -> list[dict[str, str]]:
    """Return what the front was given."""
    client, front = at.cloud.client("stepfunctions"), ask.machine(at, SERVICE)
    found = client.list_executions(stateMachineArn=front)["executions"]
    return [json.loads(client.describe_execution(executionArn=each["executionArn"])["input"]) for each in found]


def test_no_build_is_set_up(at: At) -> None:
    """Where something else builds, the image must be there already."""
    with pytest.raises(Refused, match="no build is configured") as refused:
        builds.image(at, b.settings_of(), b.SHA, "why")
    assert refused.value.code == "NO_IMAGE"


def test_a_rehearsed_fault_leaves_its_commit_alone(monkeypatch: pytest.MonkeyPatch, at: At) -> None:
    """Its image has a name of its own, so that the commit can be released before it and after it, as itself."""
    building(monkeypatch, at, digest=None, pushes=True, status="SUCCEEDED", tag=builds.rehearsed(b.SHA, "slow"))
    rehearsal = builds.faulty(at, SERVICE, b.SHA, "why", fault="slow")
    assert rehearsal.git_sha != b.SHA
    assert is_full(rehearsal.git_sha)
    again = builds.faulty(at, SERVICE, b.SHA, "why", fault="slow")
    assert (again.digest, again.pushed) == (rehearsal.digest, False)
    assert image_source.pushed(at.cloud.client("ecr"), SERVICE.repository, b.SHA) is None


def test_each_fault_of_a_commit_is_a_release_of_its_own() -> None:
    """Else the second would find the first one's image, and rehearse that."""
    assert len({builds.rehearsed(sha, fault) for sha in (b.SHA, b.OLD_SHA) for fault in ("slow", "late")}) == 4
