"""The pipeline, unchanged, with tasks that are real containers: the short form of the demo."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from cli.deployments.running_execution import Ending
from local.engine.container_cli import ContainerCli
from local.stage.landfall_stage import Stage, commit
from tests.containers.service import SERVICE

pytestmark = [pytest.mark.containers, pytest.mark.e2e]
LIMIT = 420
"""Seconds a deployment may take here. A hang shows as one, on a busy machine too."""


def released(stage: Stage, name: str, fault: str = "") -> tuple[str, str, Ending]:
    """Push a release, and wait for the deployment that this starts: its commit, its digest, its end."""
    sha, before = commit(name), datetime.now(UTC)
    digest = stage.push(SERVICE, sha, fault=fault)
    return sha, digest, stage.ended(stage.started_by_push(SERVICE, sha, before), SERVICE, LIMIT)


def test_good_release_lands_and_a_crashing_one_is_rolled_back(stage: Stage, cli: ContainerCli) -> None:
    """Proven live means the same of a container as of a process, and so does rolled back."""
    sha, digest, ending = released(stage, "good")
    assert (ending.outcome, ending.cause) == ("SUCCEEDED", "")
    assert stage.live(SERVICE)["gitSha"] == sha
    assert_runs(cli, stage, digest)

    _, _, ending = released(stage, "bad", fault="crash-on-start")
    assert (ending.outcome, ending.error) == ("ROLLED_BACK", "ReleaseRolledBack")
    assert "exited with code 3" in ending.cause
    assert stage.live(SERVICE)["gitSha"] == sha
    assert_runs(cli, stage, digest)


def assert_runs(cli: ContainerCli, stage: Stage, digest: str) -> None:
    """Both tasks' containers are there, of this very digest, and neither runs as root."""
    names = cli.run("ps", "--filter", "label=com.amazonaws.ecs.container-name=app", "--format", "{{.ID}}").split()
    running = [one for one in json.loads(cli.run("inspect", *names)) if port_of(one) == stage.aws.port]
    assert len(running) == 2
    assert all(digest in one.get("ImageName", "") + one["Config"]["Image"] for one in running)
    assert all(one["Config"]["User"] == "10001:10001" for one in running)


def port_of(container: dict[str, dict[str, dict[str, str]]]) -> int:
    """The port of the emulator that started a container."""
    return int(container["Config"]["Labels"]["ministack.instance"].rpartition(":")[2])
