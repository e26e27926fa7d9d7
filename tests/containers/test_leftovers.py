"""A local AWS with a Podman of its own leaves the machine as it found it."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from local.emulator.local_aws import LocalAws
from local.engine import base_image, real_engine
from local.engine.container_cli import EngineError
from local.engine.podman import Podman
from local.processes import running

pytestmark = pytest.mark.containers


def test_nothing_is_left(tmp_path: Path) -> None:
    """No container, bridge, mount, process or file outlives it, though a container still ran."""
    try:
        aws = LocalAws(tmp_path, engine="docker")
    except EngineError as error:
        pytest.skip(str(error))
    if not isinstance(aws.engine, Podman):
        pytest.skip("Docker runs the containers: it has no engine of its own to remove")
    with aws:
        cli, home = aws.engine.cli, aws.engine.home
        cli.run("run", "--detach", base_image.make(cli), "python", "-c", "import time; time.sleep(600)")
        before = [name for _, name in socket.if_nameindex()]
        assert any(name.startswith("landfall") for name in before)
        assert running({"podman", "conmon"}, about=str(home))
    after = {name for _, name in socket.if_nameindex()}
    assert f"landfall{aws.port}" not in after
    assert not home.exists()
    assert str(home) not in Path("/proc/mounts").read_text(encoding="utf-8")
    assert running({"podman", "conmon"}, about=str(home)) == []


def test_engine_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has neither Docker nor Podman is told so, with the way out, before anything is started."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere.sock")
    with pytest.raises(EngineError, match=r"no container engine.*Start Docker, or on Linux install Podman"):
        real_engine.find(1)
