"""What ECS tells of a task's end is what happened to a real container."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from local.emulator.local_aws import LocalAws
from local.engine import base_image
from local.engine.container_cli import EngineError

pytestmark = pytest.mark.containers
LIMIT = 60  # seconds


@dataclass
class Tasks:
    """A cluster, and an image that is there already."""

    ecs: Any
    image: str

    def started(self, program: str) -> str:
        """Start a task that runs a Python program with 64 MiB; its ARN."""
        container = {"name": "app", "image": self.image, "memory": 64, "command": ["python", "-c", program]}
        revision = self.ecs.register_task_definition(
            family="t", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], containerDefinitions=[container]
        )["taskDefinition"]["taskDefinitionArn"]
        return str(self.ecs.run_task(cluster="c", taskDefinition=revision, count=1)["tasks"][0]["taskArn"])

    def reaching(self, arn: str, status: str) -> dict[str, Any]:
        """The task once it has this status."""
        until = time.monotonic() + LIMIT
        while (task := self.ecs.describe_tasks(cluster="c", tasks=[arn])["tasks"][0])["lastStatus"] != status:
            assert time.monotonic() < until, task
            time.sleep(0.2)
        return dict(task)


@pytest.fixture(scope="module")
def tasks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tasks]:
    """A local AWS with a real engine and nothing deployed to it."""
    try:
        aws = LocalAws(tmp_path_factory.mktemp("aws"), engine="docker")
    except EngineError as error:
        pytest.skip(str(error))
    with aws:
        assert aws.containers is not None
        image = base_image.make(aws.containers)
        ecs = aws.client("ecs")
        ecs.create_cluster(clusterName="c")
        yield Tasks(ecs, image)
        aws.containers.run("rmi", "--force", image)


def test_exit_code_is_the_programs_own(tasks: Tasks) -> None:
    """Two crashes that look alike are told from two that don't by their exit codes."""
    task = tasks.reaching(tasks.started("raise SystemExit(42)"), "STOPPED")
    assert (task["stopCode"], task["containers"][0]["exitCode"]) == ("EssentialContainerExited", 42)


def test_container_over_its_memory_is_killed(tasks: Tasks) -> None:
    """A task has the memory that its definition says and no more, or a leak would show only on AWS."""
    task = tasks.reaching(tasks.started("held = bytearray(1 << 29); print(len(held))"), "STOPPED")
    assert task["containers"][0]["exitCode"] == 137


def test_stop_is_a_signal_first(tasks: Tasks) -> None:
    """A service can finish what is in flight when it is told to stop, and the exit code told is its own."""
    program = "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: sys.exit(7)); time.sleep(600)"
    arn = tasks.started(program)
    tasks.reaching(arn, "RUNNING")
    time.sleep(2)  # until the program has said what it does with the signal
    tasks.ecs.stop_task(cluster="c", task=arn)
    assert tasks.reaching(arn, "STOPPED")["containers"][0]["exitCode"] == 7
