"""Finds a real container engine: a Docker daemon that answers, else a separate Podman for the local AWS."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from local.engine import base_image
from local.engine.container_cli import ContainerCli, EngineError
from local.engine.podman import HOME_PREFIX, Podman

PACKAGES = "podman runc netavark iptables"
WAY_OUT = f"Start Docker, or on Linux install Podman (Debian: apt-get install {PACKAGES}) and run this as root."


def find(port: int) -> Podman | ContainerCli:
    """Return the engine for the local AWS on this port. Raises EngineError if there is no suitable one."""
    if _docker_answers():
        return ContainerCli("docker")
    if not shutil.which("podman"):
        raise EngineError(f"no container engine: no Docker daemon answers, and there is no podman. {WAY_OUT}")
    if sys.platform != "linux" or os.geteuid() != 0:
        # The containers are in another network namespace or a virtual machine, where no load balancer here reaches
        # them.
        raise EngineError(f"this Podman's containers can't be reached by address from this machine. {WAY_OUT}")
    return Podman(Path(tempfile.gettempdir()) / f"{HOME_PREFIX}{port}", port)


def try_out(port: int) -> None:
    """Run one container. Raises EngineError if there is no engine, or if it can't run on this machine."""
    engine = find(port)
    if isinstance(engine, ContainerCli):
        return
    engine.settle()
    try:
        image = base_image.make(engine.cli)
        engine.cli.run("run", "--rm", image, "python3", "-c", "print('it runs')")
    finally:
        engine.remove()


def _docker_answers() -> bool:
    """Say whether a Docker daemon answers. Podman's imitation doesn't count, since it needs other settings."""
    if not shutil.which("docker"):
        return False
    try:
        told = ContainerCli("docker").run("version", "--format", "{{json .Server}}")
    except EngineError:
        return False
    return "podman" not in told.lower()
