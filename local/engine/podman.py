"""Runs a separate Podman for the local AWS. Storage, network and settings are in one temporary directory.

It doesn't touch the user's own Podman, and configures nothing under /etc.
Podman reads its settings from the files that these variables name (containers.conf(5), containers-storage.conf(5),
containers-registries.conf(5)): CONTAINERS_CONF, CONTAINERS_STORAGE_CONF, CONTAINERS_REGISTRIES_CONF.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import tomli_w

from cli.loopback import LOOPBACK
from local.engine.container_cli import ContainerCli, EngineError
from local.processes import DIE_WITH_PARENT, running

NETWORK = "landfall"
ADDRESSES = IPv4Network("198.18.0.0/15")
"""Reserved for benchmark tests between isolated hosts (RFC 2544), so no real network uses it."""
PREFIX = 26
START_LIMIT = 20.0  # seconds
HOME_PREFIX = "landfall-podman-"


@dataclass(frozen=True)
class Podman:
    """A Podman in one directory, for the local AWS on one port."""

    home: Path
    port: int

    @property
    def socket(self) -> str:
        """Return the address of its service, which has Docker's API."""
        return f"unix://{self.home}/podman.sock"

    @property
    def cli(self) -> ContainerCli:
        """Return its command line."""
        names = {"CONTAINERS_CONF": "containers", "CONTAINERS_STORAGE_CONF": "storage"}
        names["CONTAINERS_REGISTRIES_CONF"] = "registries"
        files = {variable: str(self.home / f"{name}.conf") for variable, name in names.items()}
        # Podman runs an image's HEALTHCHECK with systemd timers. ECS ignores it, and not every machine has systemd.
        return ContainerCli("podman", {**files, "DISABLE_HC_SYSTEMD": "true"})

    def settle(self) -> None:
        """Write its settings, and replace what a killed run may have left."""
        self.remove()
        (self.home / "networks").mkdir(parents=True)
        storage = {"driver": "overlay", "graphroot": f"{self.home}/images", "runroot": f"{self.home}/run"}
        registry = {"location": f"{LOOPBACK}:{self.port}", "insecure": True}
        registries = {"unqualified-search-registries": ["docker.io"], "registry": [registry]}
        for name, settings in (
            ("containers", self._containers()),
            ("storage", {"storage": storage}),
            ("registries", registries),
        ):
            (self.home / f"{name}.conf").write_text(tomli_w.dumps(settings), encoding="utf-8")
        (self.home / "networks" / f"{NETWORK}.json").write_text(json.dumps(self._network()), encoding="utf-8")

    def _containers(self) -> dict[str, dict[str, object]]:
        """Return the settings of containers, engine and network."""
        engine: dict[str, object] = {
            "lock_type": "file",  # the default is shared memory of all Podmans on a machine
            "events_logger": "file",
            "cgroup_manager": "cgroupfs",
            "exit_command_delay": 5,  # seconds that the monitor of a health check's command stays after its end
            "tmp_dir": f"{self.home}/run/engine",
            "volume_path": f"{self.home}/volumes",
        }
        if shutil.which("runc"):
            engine["runtime"] = "runc"  # crun refuses mixed cgroups v1 and v2, which some machines have
        network = {"default_network": NETWORK, "network_config_dir": f"{self.home}/networks"}
        limits = ["nofile=1024:1024", "nproc=1024:1024"]  # some machines don't allow the higher defaults
        return {
            "containers": {"default_ulimits": limits},
            "engine": engine,
            "network": {"network_backend": "netavark", **network},
        }

    def _network(self) -> dict[str, object]:
        """Return a separate bridge for this port, so that two local AWSs never share addresses.

        It reaches only this machine.
        """
        subnets = list(ADDRESSES.subnets(new_prefix=PREFIX))
        subnet = subnets[self.port % len(subnets)]
        return {
            "name": NETWORK,
            "id": hashlib.sha256(f"{NETWORK}-{self.port}".encode()).hexdigest(),
            "driver": "bridge",
            "network_interface": f"landfall{self.port}",
            "subnets": [{"subnet": str(subnet), "gateway": str(subnet[1])}],
            "ipv6_enabled": False,
            "internal": True,
            "dns_enabled": False,
            "ipam_options": {"driver": "host-local"},
        }

    def serve(self) -> None:
        """Serve Docker's API on the socket. The service ends with the thread that started it."""
        command = [self.cli.program, "system", "service", "--time=0", self.socket]
        environment = {**os.environ, **self.cli.variables}
        options: dict[str, Any] = {"stdin": subprocess.DEVNULL, "cwd": self.home, "preexec_fn": DIE_WITH_PARENT}
        service = subprocess.Popen(command, env=environment, **options)
        until = time.monotonic() + START_LIMIT
        while not self._answers():
            if service.poll() is not None or time.monotonic() > until:
                raise EngineError("`podman system service` didn't start; its output is in the emulator's log")
            time.sleep(0.05)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(self.socket.removeprefix("unix://"))
            except OSError:
                return False
        return True

    def remove(self) -> None:
        """Remove its containers, the bridge and the directory. Calling it twice is harmless."""
        if not self.home.exists():
            return
        with contextlib.suppress(EngineError):
            self.cli.run("rm", "--all", "--force", "--time", "0")
        for process in running({"podman", "conmon"}, about=str(self.home)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        mounts = [line.split()[1] for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
        for mount in sorted((each for each in mounts if each.startswith(f"{self.home}/")), reverse=True):
            subprocess.run(["umount", "--lazy", mount], check=False)
        shutil.rmtree(self.home, ignore_errors=True)
