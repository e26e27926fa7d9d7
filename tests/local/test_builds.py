"""The local CodeBuild: it builds a commit's image once, and sends the same events as AWS."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.images.image_source import read
from landfall.aws import image_manifest
from landfall.images import commit_details
from local.emulator.local_aws import LocalAws
from local.images import commit_labels
from local.stage.landfall_stage import commit
from tests.local.world import wait_for

REPOSITORY, PROJECT = "builds/sample", "landfall-build-builds"
SHA = commit("a local build")


class Builder:
    """One project, its repository, and a queue that hears of every build."""

    def __init__(self, aws: LocalAws) -> None:
        self.codebuild, self.ecr, self._sqs = aws.client("codebuild"), aws.client("ecr"), aws.client("sqs")
        self._logs = aws.client("logs")
        uri = self.ecr.create_repository(repositoryName=REPOSITORY)["repository"]["repositoryUri"]
        self.codebuild.create_project(
            name=PROJECT,
            source={"type": "GITHUB", "location": "https://github.com/local/sample.git"},
            artifacts={"type": "NO_ARTIFACTS"},
            environment={
                "type": "LINUX_CONTAINER",
                "image": "aws/codebuild/standard:7.0",
                "computeType": "BUILD_GENERAL1_SMALL",
                "environmentVariables": [{"name": "REPOSITORY_URI", "value": uri}],
            },
            serviceRole="arn:aws:iam::000000000000:role/build",
        )
        self._queue = self._sqs.create_queue(QueueName="builds")["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])["Attributes"][
            "QueueArn"
        ]
        events = aws.client("events")
        events.put_rule(Name="builds", EventPattern=json.dumps({"source": ["aws.codebuild"]}))
        events.put_targets(Rule="builds", Targets=[{"Id": "queue", "Arn": arn}])
        self._heard: list[dict[str, Any]] = []

    def start(self, **request: Any) -> str:
        """Start a build and return its id."""
        started = self.codebuild.start_build(projectName=PROJECT, **request)["build"]
        assert started["buildStatus"] == "IN_PROGRESS"
        return str(started["id"])

    def ended(self, build_id: str) -> dict[str, Any]:
        """Wait for the end of a build and return it."""

        def over() -> Any:
            (build,) = self.codebuild.batch_get_builds(ids=[build_id])["builds"]
            return build if build["buildStatus"] != "IN_PROGRESS" else None

        return dict(wait_for("the end of the build", over))

    def told(self, build: dict[str, Any], status: str) -> dict[str, Any]:
        """Wait for the event of a build's status and return it."""

        def heard() -> Any:
            for raw in self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get("Messages", []):
                self._heard.append(json.loads(raw["Body"]))
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=raw["ReceiptHandle"])
            ours = (e for e in self._heard if e["resources"] == [build["arn"]])
            return next((e for e in ours if e["detail"]["build-status"] == status), None)

        return dict(wait_for(f"the event of {status}", heard))

    def log(self, build: dict[str, Any]) -> str:
        """Return what the build logged."""
        at = {"logGroupName": build["logs"]["groupName"], "logStreamName": build["logs"]["streamName"]}
        return "\n".join(e["message"] for e in self._logs.get_log_events(**at)["events"])


@pytest.fixture(scope="module")
def builder(aws: LocalAws) -> Iterator[Builder]:
    """A project of its own; its rule is gone afterwards."""
    yield Builder(aws)
    events = aws.client("events")
    events.remove_targets(Rule="builds", Ids=["queue"])
    events.delete_rule(Name="builds")


def exported(build: dict[str, Any]) -> dict[str, str]:
    """Return the variables that a build exported."""
    return {v["name"]: v["value"] for v in build["exportedEnvironmentVariables"]}


def failure(build: dict[str, Any]) -> tuple[str, str]:
    """Return the phase that failed and its message."""
    (phase,) = (p for p in build["phases"] if p.get("phaseStatus") == "FAILED")
    return phase["phaseType"], phase["contexts"][0]["message"]


def test_a_commit_is_built_once(builder: Builder) -> None:
    """The image lies in ECR under its commit; built again, its digest is reused, so that a commit is one image."""
    first = builder.ended(builder.start(sourceVersion=SHA))
    again = builder.ended(builder.start(sourceVersion=SHA))

    image = builder.ecr.describe_images(repositoryName=REPOSITORY, imageIds=[{"imageTag": SHA}])["imageDetails"][0]
    expected = {"GIT_SHA": SHA, "IMAGE_DIGEST": image["imageDigest"]}
    assert [b["buildStatus"] for b in (first, again)] == ["SUCCEEDED"] * 2
    assert exported(first) == {**expected, "BUILT": "yes"}
    assert exported(again) == {**expected, "BUILT": "no"}
    assert first["resolvedSourceVersion"] == SHA
    assert first["endTime"] >= first["startTime"]
    assert [p["phaseType"] for p in first["phases"]][-1] == "COMPLETED"
    assert "Phase complete: BUILD State: SUCCEEDED" in builder.log(first)


def test_start_and_end_are_told(builder: Builder) -> None:
    """As the CodeBuild user guide shows it, so that a rule that works here works on AWS."""
    build = builder.ended(builder.start(sourceVersion=SHA))

    builder.told(build, "IN_PROGRESS")
    event = builder.told(build, "SUCCEEDED")
    more = event["detail"]["additional-information"]
    assert (event["source"], event["detail-type"]) == ("aws.codebuild", "CodeBuild Build State Change")
    assert (event["detail"]["project-name"], event["detail"]["build-id"]) == (PROJECT, build["arn"])
    assert event["detail"]["current-phase"] == "COMPLETED"
    assert more["build-complete"] is True
    assert more["phases"][0]["phase-type"] == "SUBMITTED"
    assert more["phases"][-1].keys() == {"phase-type", "start-time"}
    assert more["build-start-time"].endswith(("AM", "PM"))


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        ({"sourceVersion": "main"}, "'main' is not a commit"),
        ({}, "is not a commit"),
        ({"sourceVersion": SHA, "environmentVariablesOverride": [{"name": "FAULT", "value": "x"}]}, "FAULT is 'x'"),
        ({"sourceVersion": SHA, "environmentVariablesOverride": [{"name": "REPOSITORY_URI", "value": ""}]}, "not set"),
    ],
)
def test_what_can_not_be_built_fails_before_the_build(builder: Builder, request_: Any, why: str) -> None:
    """In PRE_BUILD, with a message, an event, and nothing exported or pushed."""
    build = builder.ended(builder.start(**request_))

    phase, message = failure(build)
    assert (build["buildStatus"], phase) == ("FAILED", "PRE_BUILD")
    assert why in message
    assert build["exportedEnvironmentVariables"] == []
    assert "BUILD" not in {p["phaseType"] for p in build["phases"]}
    builder.told(build, "FAILED")


def test_the_settings_of_a_build_are_those_of_the_project(builder: Builder) -> None:
    """Build arguments arrive, a secret that is not there ends the build, and a stage it can't imitate is refused."""
    sha = commit("a local build with settings")
    arguments = {"BUILD_ARGUMENTS": "SOURCE", "BUILD_ARGUMENT_SOURCE": "https://example.com/own source"}
    secret = {"BUILD_SECRETS": "npm=ci/none"}

    def ended(variables: dict[str, str]) -> dict[str, Any]:
        override = [{"name": name, "value": value} for name, value in variables.items()]
        return builder.ended(builder.start(sourceVersion=sha, environmentVariablesOverride=override))

    assert "the secret 'ci/none' could not be read" in failure(ended({**arguments, **secret}))[1]
    assert "last stage is imitated" in failure(ended({"BUILD_TARGET": "build"}))[1]
    digest = exported(ended({**arguments, "BUILD_TARGET": "runtime"}))["IMAGE_DIGEST"]
    image = read(builder.ecr, REPOSITORY, {"imageDigest": digest}, "linux/amd64")
    assert image.document["config"]["Labels"]["org.opencontainers.image.source"] == "https://example.com/own source"


def test_an_image_says_what_this_clone_knows_of_its_commit(builder: Builder) -> None:
    """As one of CodeBuild does; of a commit that is none, nothing."""
    (sha, time, *_), before = (
        clone_says("show", "--no-patch", "--format=%H%n%cI", "HEAD"),
        clone_says("rev-list", "HEAD"),
    )
    found = commit_details.read(manifest(builder, sha), sha)
    assert datetime.fromisoformat(found.time) == datetime.fromisoformat(time)
    assert found.author
    assert found.ancestors == tuple(before[1:501])
    assert commit_details.read(manifest(builder, SHA), SHA) == commit_details.NOTHING


def clone_says(*arguments: str) -> list[str]:
    """Return the lines of Git's answer about this clone."""
    done = subprocess.run(["git", *arguments], cwd=commit_labels.CLONE, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("this is no clone of Landfall")
    return done.stdout.splitlines()


def manifest(builder: Builder, sha: str) -> Any:
    """Build a commit and return its image's manifest."""
    digest = exported(builder.ended(builder.start(sourceVersion=sha)))["IMAGE_DIGEST"]
    return image_manifest.read(builder.ecr, REPOSITORY, {"imageDigest": digest})[1]


def test_a_push_that_is_refused_fails_the_build(builder: Builder) -> None:
    """In the registry's own words."""
    override = [{"name": "REPOSITORY_URI", "value": "registry/no/such-repository"}]
    build = builder.ended(builder.start(sourceVersion=SHA, environmentVariablesOverride=override))

    phase, message = failure(build)
    assert phase == "BUILD"
    assert "no repository 'no/such-repository'" in message


def test_the_same_token_is_the_same_build(builder: Builder) -> None:
    """A retry after a lost reply must not build twice; another request under the token is refused."""
    first = builder.start(sourceVersion=SHA, idempotencyToken="once")
    again = builder.codebuild.start_build(projectName=PROJECT, sourceVersion=SHA, idempotencyToken="once")

    assert again["build"]["id"] == first
    with pytest.raises(ClientError, match="InvalidInputException"):
        builder.start(sourceVersion="0" * 40, idempotencyToken="once")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        builder.codebuild.start_build(projectName="landfall-build-nobody")
