"""One container of the process engine: a process with the interface of a Docker container."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from local.engine.place import Place

EXEC_LIMIT = 120  # seconds; ECS allows a health check at most 60

Spawn = Callable[..., "subprocess.Popen[bytes]"]


class ExecResult(NamedTuple):
    """The result of ``exec_run`` in Docker's SDK."""

    exit_code: int | None
    output: bytes


@dataclass
class Container:
    """A process with its own address and directory. Attributes and methods are those of Docker's SDK."""

    id: str
    name: str
    image: Any
    reference: str
    argv: Sequence[str]
    labels: dict[str, str]
    place: Place
    spawn: Spawn = field(repr=False)
    forget: Callable[[Container], None] = field(repr=False)
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    started: str = ""
    finished: str = ""

    def start(self) -> None:
        """Start the command in the image's working directory."""
        self.place.prepare()
        with self.place.log.open("ab") as log:
            command = self.place.command(self.argv)
            self.process = self.spawn(command, stdout=log, stderr=log, **self.place.options())
        self.started = _now()

    @property
    def address(self) -> str:
        """Return the container's address."""
        return self.place.address

    @property
    def status(self) -> str:
        """Return ``created``, ``running`` or ``exited``."""
        if self.process is None:
            return "created"
        if self.process.poll() is None:
            return "running"
        self.finished = self.finished or _now()
        return "exited"

    @property
    def exit_code(self) -> int:
        """Return the exit code as Docker reports it: 128 + the signal for a killed process."""
        code = self.process.returncode if self.process else 0
        return 128 - code if code is not None and code < 0 else code or 0

    @property
    def attrs(self) -> dict[str, Any]:
        """Return the part of ``docker inspect`` that the emulator reads."""
        status = self.status
        state = {"Status": status, "Running": status == "running", "ExitCode": self.exit_code}
        return {
            "Id": self.id,
            "Name": f"/{self.name}",
            "Created": self.started,
            "State": {**state, "StartedAt": self.started, "FinishedAt": self.finished},
            "Config": {"Labels": self.labels, "Image": self.reference},
            "Labels": self.labels,
            "NetworkSettings": {"Networks": {"bridge": {"IPAddress": self.address}}},
        }

    def reload(self) -> None:
        """Do nothing, since every attribute is always current."""

    def wait(self, timeout: float | None = None) -> dict[str, int]:
        """Wait for the end; returns the exit code."""
        if self.process:
            self.process.wait(timeout)
        return {"StatusCode": self.exit_code}

    def logs(self, *, stream: bool = False, follow: bool = False, tail: Any = "all", **_: Any) -> Any:
        """Return the process's output, or with ``stream`` a generator that runs until the process ends."""
        if stream:
            return self.place.follow(lambda: self.status != "running" or not follow)
        text = self.place.log.read_bytes() if self.place.log.exists() else b""
        return text if tail == "all" else b"".join(text.splitlines(keepends=True)[-int(tail) :])

    def stop(self, timeout: float = 10) -> None:
        """Send SIGTERM, and after ``timeout`` seconds SIGKILL to what still runs."""
        self._signal(signal.SIGTERM)
        try:
            self.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
        self.finished = self.finished or _now()

    def kill(self) -> None:
        """Send SIGKILL to the process and its children."""
        self._signal(signal.SIGKILL)
        self.wait(5)

    def _signal(self, number: int) -> None:
        """Send a signal to the whole process group, since a container ends with all its processes."""
        if self.process and self.process.poll() is None:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                return

    def remove(self, **_: Any) -> None:
        """Stop and forget the container. Its log stays on disk, to find out later why it died."""
        if self.status == "running":
            self.kill()
        self.forget(self)

    def exec_run(self, cmd: str | Sequence[str], **_: Any) -> ExecResult:
        """Run a command next to the process and wait for its end."""
        argv = shlex.split(cmd) if isinstance(cmd, str) else list(cmd)
        command = self.place.command_beside(argv)
        try:
            process = self.spawn(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **self.place.options())
        except OSError as error:  # Docker's own answer to a command that isn't in the image
            return ExecResult(127, str(error).encode())
        try:
            output, _stderr = process.communicate(timeout=EXEC_LIMIT)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, _stderr = process.communicate()
        return ExecResult(process.returncode, output)


def _now() -> str:
    return datetime.now(UTC).isoformat()
