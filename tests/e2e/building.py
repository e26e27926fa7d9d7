"""Builds by the local CodeBuild, and the watch over them."""

from __future__ import annotations

import time
from functools import cached_property
from typing import Any

from cli.deployments.running_execution import Follower
from landfall import naming
from local.stage.landfall_stage import Stage


class Builds:
    """The builds of one service."""

    def __init__(self, stage: Stage, service: str) -> None:
        self.stage, self.project = stage, naming.build_project(service)
        self._codebuild = stage.aws.client("codebuild")
        if not self._codebuild.batch_get_projects(names=[self.project])["projects"]:
            self._create(service)

    def _create(self, service: str) -> None:
        found = self.stage.aws.client("ecr").describe_repositories(repositoryNames=[f"landfall/{service}"])
        self._codebuild.create_project(
            name=self.project,
            source={"type": "GITHUB", "location": "https://github.com/local/sample.git"},
            artifacts={"type": "NO_ARTIFACTS"},
            environment={
                "type": "LINUX_CONTAINER",
                "image": "aws/codebuild/standard:7.0",
                "computeType": "BUILD_GENERAL1_SMALL",
                "environmentVariables": [
                    {"name": "REPOSITORY_URI", "value": found["repositories"][0]["repositoryUri"]}
                ],
            },
            serviceRole="arn:aws:iam::000000000000:role/build",
        )

    def build(self, source_version: str) -> dict[str, Any]:
        """Build and return how it ended."""
        started = self._codebuild.start_build(projectName=self.project, sourceVersion=source_version)["build"]
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            (build,) = self._codebuild.batch_get_builds(ids=[started["id"]])["builds"]
            if build["buildStatus"] != "IN_PROGRESS":
                return dict(build)
            time.sleep(0.1)
        raise TimeoutError(f"build {started['id']} has not ended: {build}")

    @cached_property
    def machine(self) -> str:
        """Return the ARN of the watch."""
        machines = self.stage.stepfunctions.list_state_machines()["stateMachines"]
        return next(str(m["stateMachineArn"]) for m in machines if m["name"] == "landfall-build-watch")

    def watch_of(self, build: dict[str, Any], seconds: float = 30) -> Follower:
        """Return the execution that watches a build."""
        states, deadline = self.stage.stepfunctions, time.monotonic() + seconds
        while time.monotonic() < deadline:
            for execution in states.list_executions(stateMachineArn=self.machine)["executions"]:
                arn = execution["executionArn"]
                if build["arn"] in states.describe_execution(executionArn=arn)["input"]:
                    return Follower(states, arn)
            time.sleep(0.1)
        raise TimeoutError(f"nothing watches build {build['id']}")

    def watch_again(self, watch: Follower) -> Follower:
        """Deliver the event of a build again, as EventBridge may."""
        states = self.stage.stepfunctions
        event = states.describe_execution(executionArn=watch.arn)["input"]
        return Follower(states, states.start_execution(stateMachineArn=self.machine, input=event)["executionArn"])


def last_state(watch: Follower) -> str:
    """Wait for the end of a watch and return where it ended."""
    for _ in watch.until_the_end():
        pass
    ending = watch.ending()
    assert ending.status == "SUCCEEDED", f"{ending.error}: {ending.cause}"
    return ending.states[-1]


def started_for(stage: Stage, digest: str, service: str) -> Follower:
    """Return the deployment that was started under the image's name."""
    name = naming.execution_of_build(service, digest)
    machine = stage.pipeline["StateMachineArn"]
    return Follower(stage.stepfunctions, f"{machine.replace(':stateMachine:', ':execution:')}:{name}")


def digest_of(build: dict[str, Any]) -> str:
    """Return the digest that a build exported."""
    return next(str(v["value"]) for v in build["exportedEnvironmentVariables"] if v["name"] == "IMAGE_DIGEST")


def push_event(service: str, sha: str, digest: str, pushed_at: str) -> dict[str, Any]:
    """Return the event of a push, as EventBridge delivers it."""
    detail = {
        "result": "SUCCESS",
        "repository-name": f"landfall/{service}",
        "image-digest": digest,
        "action-type": "PUSH",
        "image-tag": sha,
    }
    return {"source": "aws.ecr", "detail-type": "ECR Image Action", "time": pushed_at, "detail": detail}
