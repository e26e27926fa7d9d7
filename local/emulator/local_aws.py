"""Starts the local AWS, and gives clients for it, over loopback only."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from botocore.config import Config

from cli.clients import REGION, session
from cli.loopback import LOOPBACK, free_port, require_loopback
from local import processes
from local.engine import real_engine
from local.engine.container_cli import ContainerCli
from local.engine.podman import Podman
from local.faults.desk import FaultDesk
from local.load_balancer.front import Front, ca_bundle

ACCOUNT = "000000000000"
START_LIMIT, STOP_LIMIT = 30.0, 6.0  # seconds
ROOT = Path(__file__).resolve().parents[2]


class LocalAws:
    """The emulator as a context manager. Everything that it starts ends with it, and with its parent process."""

    def __init__(
        self,
        state: Path,
        *,
        port: int = 0,
        engine: str = "process",
        fronts: Sequence[Front] = (),
        faults: bool = False,
        lambda_endpoints: Mapping[str, str] | None = None,
    ) -> None:
        """Take the parts. `lambda_endpoints`: other servers for the Lambdas, by `AWS_ENDPOINT_URL_…` variable."""
        self.lambda_endpoints = {name: require_loopback(url) for name, url in (lambda_endpoints or {}).items()}
        self.state = state.resolve()
        self.port = port or free_port()
        self.engine = real_engine.find(self.port) if engine == "docker" else None
        self.faults = FaultDesk(free_port()) if faults else None
        self.fronts = [front.settled() for front in fronts]
        self.endpoint = require_loopback(f"http://{LOOPBACK}:{self.port}")
        self.log = self.state / "emulator.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._clients: dict[str, Any] = {}

    @property
    def pid(self) -> int:
        """Return the emulator's process id."""
        if self._process is None:
            raise RuntimeError("the local AWS isn't running")
        return self._process.pid

    @property
    def containers(self) -> ContainerCli | None:
        """Return the command line of the container engine; None if containers are plain processes."""
        return self.engine.cli if isinstance(self.engine, Podman) else self.engine

    @property
    def ca_bundle(self) -> Path:
        """Return the path of the certificate authority for the fronts' certificates."""
        return ca_bundle(self.state)

    def env(self) -> dict[str, str]:
        """Return the environment for a process that must see only this AWS, such as the CDK CLI."""
        dropped = ("AWS_", "CDK_DEFAULT_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
        return kept | {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ENDPOINT_URL_S3": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "CDK_DEFAULT_ACCOUNT": ACCOUNT,
            "CDK_DEFAULT_REGION": REGION,
        }

    def client(self, name: str, **settings: Any) -> Any:
        """Return a boto3 client for this AWS, which ignores the caller's profiles and variables.

        ``settings`` are those of botocore (``parameter_validation=False`` allows a health check every second).
        """
        if settings:
            return self._made(name, settings)
        if name not in self._clients:  # making one takes longer than most calls
            self._clients[name] = self._made(name, {})
        return self._clients[name]

    def _made(self, name: str, settings: Mapping[str, Any]) -> Any:
        standard = {"retries": {"max_attempts": 1}, "s3": {"addressing_style": "path"}, "inject_host_prefix": False}
        return session().client(
            name,
            endpoint_url=require_loopback(self.endpoint),
            config=Config(**{**standard, **settings}),
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start the emulator and wait until it answers."""
        self.state.mkdir(parents=True, exist_ok=True)
        if isinstance(self.engine, Podman):
            self.engine.settle()
        command = [sys.executable, "-m", "local.emulator.server", f"--port={self.port}", f"--state={self.state}"]
        command += [*self._engine_arguments(), *self._fault_arguments(), *(f"--front={front}" for front in self.fronts)]
        # The Lambda workers inherit this environment, and must not find the repository's modules on their path.
        env = {name: value for name, value in self.env().items() if not name.startswith("PYTHON")}
        env |= self.lambda_endpoints
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=ROOT, env=env, start_new_session=True
            )
        until = time.monotonic() + START_LIMIT
        while not self._healthy():
            if self._process.poll() is not None or time.monotonic() > until:
                self.stop()
                raise RuntimeError(f"the local AWS didn't start; the end of {self.log}:\n{self._tail()}")
            time.sleep(0.05)

    def _engine_arguments(self) -> list[str]:
        if isinstance(self.engine, Podman):
            return ["--engine=docker", f"--podman={self.engine.home}"]
        return ["--engine=docker" if self.engine else "--engine=process"]

    def _fault_arguments(self) -> list[str]:
        return [f"--faults={self.faults.port}"] if self.faults else []

    def _healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.endpoint}/_ministack/health", timeout=2) as reply:  # noqa: S310
                return bool(reply.status == 200)  # noqa: PLR2004
        except (OSError, urllib.error.URLError):
            return False

    def _tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])

    def stop(self) -> None:
        """End the emulator, its Lambda workers and its containers."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_LIMIT)
        for pid in processes.session(process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait(STOP_LIMIT)
        if process.stdin:
            process.stdin.close()
        if isinstance(self.engine, Podman):
            self.engine.remove()
