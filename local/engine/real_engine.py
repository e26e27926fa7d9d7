"""Which real container engine there is: a Docker daemon that answers, else a Podman of the local AWS's own."""

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
    """The engine for the local AWS on this port. Raises EngineError where there is none that would do."""
    if _docker_answers():
        return ContainerCli("docker")
    if not shutil.which("podman"):
        raise EngineError(f"no container engine: no Docker daemon answers, and there is no podman. {WAY_OUT}")
    if sys.platform != "linux" or os.geteuid() != 0:
        # Their containers' addresses lead into a namespace or a virtual machine: no load balancer here reaches them.
        raise EngineError(f"this Podman's containers can't be reached by address from this machine. {WAY_OUT}")
    return Podman(Path(tempfile.gettempdir()) / f"{HOME_PREFIX}{port}", port)


def try_out(port: int) -> None:
    """Run one container. Raises EngineError where there is no engine, or one that this machine does not let run."""
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
    """Whether a Docker daemon is there. Podman's imitation of one doesn't count: it wants other settings."""
    if not shutil.which("docker"):
        return False
    try:
        told = ContainerCli("docker").run("version", "--format", "{{json .Server}}")
    except EngineError:
        return False
    return "podman" not in told.lower()
